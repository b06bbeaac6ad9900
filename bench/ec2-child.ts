/** A synthetic EC2 in a process of its own, with as many instances as its argument says; its parent is told where. */
import { once } from 'node:events';
import { createSyntheticEc2 } from './synthetic-ec2.ts';

const server = createSyntheticEc2(Number(process.argv[2]));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('There is no port to listen on.');
process.send?.(`http://127.0.0.1:${address.port}`);
// Whatever becomes of the parent, this process does not outlive it.
process.once('disconnect', () => {
  server.closeAllConnections();
  server.close();
});
