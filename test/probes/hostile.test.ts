import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { scanClasses } from '../../src/domain/authorisation.ts';
import amqp from '../../src/probes/amqp.ts';
import beanstalkd from '../../src/probes/beanstalkd.ts';
import cassandra from '../../src/probes/cassandra.ts';
import certificate from '../../src/probes/certificate.ts';
import http from '../../src/probes/http.ts';
import kafka from '../../src/probes/kafka.ts';
import ldap from '../../src/probes/ldap.ts';
import memcached from '../../src/probes/memcached.ts';
import mongodb from '../../src/probes/mongodb.ts';
import mqtt from '../../src/probes/mqtt.ts';
import mssql from '../../src/probes/mssql.ts';
import mysql from '../../src/probes/mysql.ts';
import mysqlLogin from '../../src/probes/mysql-login.ts';
import nfs from '../../src/probes/nfs.ts';
import oracle from '../../src/probes/oracle.ts';
import postgres from '../../src/probes/postgres.ts';
import postgresLogin from '../../src/probes/postgres-login.ts';
import redis from '../../src/probes/redis.ts';
import rpcbind from '../../src/probes/rpcbind.ts';
import smb from '../../src/probes/smb.ts';
import smtp from '../../src/probes/smtp.ts';
import sshAuth from '../../src/probes/ssh-auth.ts';
import sshHostKeys from '../../src/probes/ssh-host-keys.ts';
import ssh from '../../src/probes/ssh.ts';
import tcp from '../../src/probes/tcp.ts';
import tls from '../../src/probes/tls.ts';
import zookeeper from '../../src/probes/zookeeper.ts';
import ftp from '../../src/probes/ftp.ts';
import ftpAnonymous from '../../src/probes/ftp-anonymous.ts';
import imap from '../../src/probes/imap.ts';
import pop3 from '../../src/probes/pop3.ts';
import rdp from '../../src/probes/rdp.ts';
import rsync from '../../src/probes/rsync.ts';
import smtpRelay from '../../src/probes/smtp-relay.ts';
import telnet from '../../src/probes/telnet.ts';
import vnc from '../../src/probes/vnc.ts';
import x11 from '../../src/probes/x11.ts';
import type { Probe } from '../../src/scanner/probe.ts';
import { observe, rawServer } from './probing.ts';

const speaking: readonly Probe[] = [
  tls,
  http,
  ssh,
  redis,
  postgres,
  smtp,
  mqtt,
  certificate,
  sshHostKeys,
  sshAuth,
  amqp,
  beanstalkd,
  cassandra,
  kafka,
  ldap,
  memcached,
  mongodb,
  mssql,
  mysqlLogin,
  mysql,
  nfs,
  oracle,
  postgresLogin,
  rpcbind,
  smb,
  zookeeper,
  ftp,
  ftpAnonymous,
  imap,
  pop3,
  rdp,
  rsync,
  smtpRelay,
  telnet,
  vnc,
  x11,
];

/** Writes the piece again and again, as fast as the peer takes it. */
function flood(socket: Socket, piece: Buffer): void {
  const more = () => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', more);
  more();
}

const behaviours: Readonly<Record<string, (socket: Socket) => void>> = {
  'says nothing': () => {},
  'hangs up at once': (socket) => void socket.end(),
  'resets at once': (socket) => void socket.resetAndDestroy(),
  'hangs up when spoken to': (socket) => void socket.once('data', () => socket.end()),
  'answers with noise': (socket) => void socket.once('data', () => socket.write(randomBytes(4096))),
  'answers with zeros without end': (socket) => flood(socket, Buffer.alloc(65_536)),
  'answers with line feeds without end': (socket) => flood(socket, Buffer.alloc(65_536, 0x0a)),
  'answers with one line without end': (socket) => flood(socket, Buffer.alloc(65_536, 0x41)),
  echoes: (socket) => void socket.on('data', (chunk) => socket.write(chunk)),
};

describe.each(Object.entries(behaviours))('a server that %s', (_name, behaviour) => {
  it.each(speaking.map((probe) => [probe.id, probe] as const))(
    'gets no facts from %s',
    async (_id, probe) => {
      const { port } = await rawServer(behaviour);
      const seen = await observe(probe, port, 'plain', { probeDeadlineMs: 250 }, { classes: scanClasses });
      expect(['garbled', 'reset', 'timed-out', 'too-large']).toContain(seen.status);
      expect(seen.facts).toBeNull();
      expect(seen.durationMs).toBeLessThan(3000);
    },
  );

  it('is an open port to tcp', async () => {
    const { port } = await rawServer(behaviour);
    const seen = await observe(tcp, port, 'plain', { probeDeadlineMs: 1000 });
    expect(['answered', 'reset']).toContain(seen.status);
  });
});
