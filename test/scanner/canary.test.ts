import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startCanary, type Canary, type CanaryOptions } from '../../src/scanner/canary.ts';

async function started(options: Partial<CanaryOptions> = {}): Promise<Canary> {
  const canary = await startCanary({ listen: { address: '127.0.0.1', port: 0 }, ...options });
  onTestFinished(() => canary.close());
  return canary;
}

async function connected({ address, port }: Canary): Promise<Socket> {
  const socket = connect(port, address);
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function said(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}

describe('the canary', () => {
  it('says its word to whoever asks, and hangs up', async () => {
    const canary = await started();
    expect(canary.token).toMatch(/^[0-9a-f]{32}$/);
    expect((await started()).token).not.toBe(canary.token);
    const socket = await connected(canary);
    socket.write('GET / HTTP/1.0\r\n\r\n');
    const answer = await said(socket);
    expect(answer).toMatch(/^HTTP\/1\.0 200 OK\r\n/);
    expect(answer.split('\r\n\r\n')[1]).toBe(canary.token);
  });

  it('says its word once to who does not stop talking', async () => {
    const socket = await connected(await started());
    const talk = setInterval(() => socket.write(Buffer.alloc(64 * 1024)), 1);
    onTestFinished(() => clearInterval(talk));
    expect((await said(socket).finally(() => clearInterval(talk))).match(/200 OK/g)).toHaveLength(1);
  });

  it('tells where it is reached, when that is elsewhere', async () => {
    const reachedAt = { address: '203.0.113.9', port: 8099 };
    expect(await started({ reachedAt })).toMatchObject(reachedAt);
  });

  it('leaves nothing open', async () => {
    const canary = await started();
    const silent = await connected(canary);
    const over = once(silent, 'close');
    await canary.close();
    await canary.close();
    await over;
    await expect(
      new Promise((resolve, reject) =>
        connect(canary.port, canary.address, () => resolve('connected')).on('error', reject),
      ),
    ).rejects.toThrow('ECONNREFUSED');
  });

  it('says where it cannot listen', async () => {
    const { address, port } = await started();
    await expect(startCanary({ listen: { address, port } })).rejects.toMatchObject({
      code: 'canary-unavailable',
      message: expect.stringContaining(`${address}:${port}`) as string,
    });
  });
});
