import { SMTPServer, type SMTPServerError, type SMTPServerOptions } from 'smtp-server';
import type { Identity } from './certificates.ts';
import type { Service } from './front-door.ts';

/** Offers STARTTLS, and AUTH only after it. */
export function hardenedSmtp(name: string, identity: Identity): Service {
  return smtpService({
    name,
    ...identity,
    minVersion: 'TLSv1.2',
    // The server would refuse AUTH in clear but announce it all the same; this takes it off the EHLO reply as well.
    onConnect(session, callback) {
      session.disabledCommands = ['AUTH'];
      callback();
    },
    onSecure(_socket, session, callback) {
      session.disabledCommands = [];
      callback();
    },
    onMailFrom(_address, session, callback) {
      callback(session.secure ? null : refusal(530, 'Must issue a STARTTLS command first'));
    },
  });
}

/** Has no STARTTLS and takes passwords in clear. */
export function cleartextSmtp(name: string): Service {
  return smtpService({ name, disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
}

function smtpService(options: SMTPServerOptions): Service {
  const server = new SMTPServer({
    ...options,
    banner: 'Picket sandbox',
    authMethods: ['PLAIN', 'LOGIN'],
    logger: false,
    // A reverse look-up would ask a name server outside.
    disableReverseLookup: true,
    onAuth: (_auth, _session, callback) => callback(refusal(535, 'Authentication failed')),
    onRcptTo: (_address, _session, callback) => callback(refusal(550, 'Relaying denied')),
  });
  // Clients that hang up or fail the handshake; an SMTPServer without a listener would end the process.
  server.on('error', () => {});
  return { accept: (socket) => void server.server.emit('connection', socket), close: async () => {} };
}

function refusal(responseCode: number, message: string): SMTPServerError {
  return Object.assign(new Error(message), { responseCode });
}
