import { ByteCursor } from '../../scanner/byte-cursor.ts';
import { ConversationError } from '../../scanner/probe.ts';

// Messages of NTP: time (RFC 5905, section 7.3), control (RFC 9327) and, of no standard, ntpd's private mode.

const CLIENT = 3;
const SERVER = 4;
const CONTROL = 6;
const PRIVATE = 7;

/** Version 4 for time; the others are answered in version 2 by everything that knows them. */
const TIME_VERSION = 4;
const CONTROL_VERSION = 2;

const READ_VARIABLES = 2;
const XNTPD = 3;
const MONITOR_LIST = 42;

/** A client's request whose transmit timestamp is `nonce`: eight bytes that the server sends back. */
export function timeRequest(nonce: Buffer): Buffer {
  const request = Buffer.alloc(48);
  request[0] = (TIME_VERSION << 3) | CLIENT;
  nonce.copy(request, 40, 0, 8);
  return request;
}

/** Whether it is a server's answer to the request with that timestamp. */
export function isTime(datagram: Buffer, nonce: Buffer): boolean {
  return datagram.length >= 48 && modeOf(datagram) === SERVER && datagram.subarray(24, 32).equals(nonce);
}

/** The control message that asks for the system's variables. */
export function readVariables(sequence: number): Buffer {
  const request = Buffer.alloc(12);
  request[0] = (CONTROL_VERSION << 3) | CONTROL;
  request[1] = READ_VARIABLES;
  request.writeUInt16BE(sequence, 2);
  return request;
}

export interface Variables {
  readonly sequence: number;
  /** Whether the server declines. */
  readonly error: boolean;
  /** `name=value` pairs with commas between them; possibly the first part only. */
  readonly text: Buffer;
}

/** Reads the answer to {@link readVariables}. Throws `garbled` for anything else. */
export function parseVariables(datagram: Buffer): Variables {
  const cursor = new ByteCursor(datagram, 'The control message');
  const mode = cursor.uint8() & 7;
  const flags = cursor.uint8();
  if (mode !== CONTROL || (flags & 0x80) === 0 || (flags & 0x1f) !== READ_VARIABLES) {
    throw new ConversationError('garbled', 'The datagram is no answer to a question for variables.');
  }
  const sequence = cursor.uint16be();
  cursor.skip(6);
  const text = cursor.take(cursor.uint16be());
  return { sequence, error: (flags & 0x40) !== 0, text };
}

/** The value of the variable `version`, without its quotation marks; null without one. */
export function versionIn(text: Buffer): string | null {
  const [, quoted, bare] =
    /(?:^|, {0,2}|,\r\n)version=(?:"([^"]{0,512})"|([^",\r\n]{1,512}))/.exec(text.toString('latin1')) ?? [];
  return quoted ?? bare ?? null;
}

/** The private message that asks who has spoken to the server lately. */
export function monitorList(): Buffer {
  return Buffer.from([(CONTROL_VERSION << 3) | PRIVATE, 0, XNTPD, MONITOR_LIST, 0, 0, 0, 0]);
}

/** Whether it is an answer to {@link monitorList}, be it a refusal. */
export function isMonitorAnswer(datagram: Buffer): boolean {
  return (
    datagram.length >= 8 &&
    modeOf(datagram) === PRIVATE &&
    ((datagram[0] ?? 0) & 0x80) !== 0 &&
    datagram[3] === MONITOR_LIST
  );
}

/** Whether the answer lists anybody: no error in the upper four bits, items in the lower twelve. */
export function listsMonitors(answer: Buffer): boolean {
  const errorAndItems = answer.readUInt16BE(4);
  return errorAndItems > 0 && errorAndItems < 0x1000;
}

function modeOf(datagram: Buffer): number {
  return (datagram[0] ?? 0) & 7;
}
