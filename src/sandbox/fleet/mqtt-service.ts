import { createServer } from 'node:tls';
import { Aedes, type AuthenticateError, type AuthErrorCode } from 'aedes';
import type { Identity } from './certificates.ts';
import type { Service } from './front-door.ts';

// MQTT 3.1.1, section 3.2.2.3. A plain number because the library's enum exists only in its types.
const NOT_AUTHORISED: AuthErrorCode = 5;
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Lets everybody in. */
export async function anonymousMqtt(): Promise<Service> {
  return brokerService(await Aedes.createBroker());
}

/** Demands a user name and a password, and knows none. */
export async function guardedMqtt(): Promise<Service> {
  return brokerService(await guardedBroker());
}

/** The same inside TLS. */
export async function guardedMqttOverTls(identity: Identity): Promise<Service> {
  const service = brokerService(await guardedBroker());
  const server = createServer(
    { ...identity, minVersion: 'TLSv1.2', handshakeTimeout: HANDSHAKE_TIMEOUT_MS },
    (socket) => service.accept(socket),
  );
  return { accept: (socket) => void server.emit('connection', socket), close: () => service.close() };
}

async function guardedBroker(): Promise<Aedes> {
  return await Aedes.createBroker({
    authenticate: (_client, _username, _password, done) => {
      const error: AuthenticateError = Object.assign(new Error('not authorised'), {
        returnCode: NOT_AUTHORISED,
      });
      done(error, false);
    },
  });
}

function brokerService(broker: Aedes): Service {
  return {
    accept: (socket) => void broker.handle(socket),
    close: () =>
      new Promise((resolve) => {
        broker.close(resolve);
      }),
  };
}
