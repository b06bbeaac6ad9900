import { z } from 'zod';
import { defineProbe } from '../scanner/probe.ts';
import { encryptions, preloginPacket, readPrelogin } from './mssql/prelogin.ts';

// Microsoft SQL Server's Tabular Data Stream (MS-TDS), port 1433.
//
// Sends: PRELOGIN, in which both sides say their version and how they would encrypt. Never LOGIN7, so no user and no
// password, and never a query.

export default defineProbe({
  id: 'mssql',
  title: 'How SQL Server introduces itself',
  transport: 'tcp',
  defaultPorts: [1433],
  layers: ['plain'],
  facts: z.strictObject({
    version: z.string().max(32).describe('Version that the server gives: major, minor and build number'),
    encryption: z
      .enum(encryptions)
      .describe('What the server would encrypt for a client that asks for no more than it must'),
  }),
  maxBytes: 4096,
  async run(connection) {
    await connection.write(preloginPacket());
    return readPrelogin(connection);
  },
});
