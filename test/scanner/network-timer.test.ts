import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { networkTimer } from '../../src/scanner/network-timer.ts';
import { later, listen } from './support.ts';

it('lets what has arrived be read before it calls, also after a stall', async () => {
  const accepted: Socket[] = [];
  const { port } = await listen((socket) => void accepted.push(socket));
  const client = connect({ host: '127.0.0.1', port });
  onTestFinished(() => void client.destroy());
  await once(client, 'connect');
  await expect.poll(() => accepted.length).toBe(1);

  const order: string[] = [];
  client.on('data', () => order.push('data'));
  networkTimer(20, () => order.push('timer'));
  accepted[0]?.write('x');
  // Nothing runs on this thread for longer than the timer; the byte has long arrived.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60);
  await expect.poll(() => order.length).toBe(2);
  expect(order).toEqual(['data', 'timer']);
});

it('does not call once it is called off', async () => {
  let called = 0;
  networkTimer(5, () => (called += 1))();
  const second = networkTimer(5, () => (called += 1));
  await later(1);
  second();
  await later(30);
  expect(called).toBe(0);
});
