import {
  BerReader,
  element,
  integer,
  NULL,
  OBJECT_IDENTIFIER,
  OCTET_STRING,
  octets,
  SEQUENCE,
} from './ber.ts';

// Messages of SNMPv1 (RFC 1157), SNMPv2c (RFC 1901, 3416) and SNMPv3 (RFC 3412, 3414).

const GET_REQUEST = 0xa0;
const RESPONSE = 0xa2;
const REPORT = 0xa8;
const REPORTABLE = 0x04;
const USER_SECURITY_MODEL = 3;
const MAX_MESSAGE_SIZE = 65_507;

/** What `version` is on the wire. */
const wireVersions = { v1: 0, v2c: 1, v3: 3 } as const;

/** 1.3.6.1.2.1.1.1.0, a line that describes the system. */
const SYS_DESCR = Buffer.from([0x2b, 6, 1, 2, 1, 1, 1, 0]);

/** A GET of sysDescr.0 under a community. */
export function getSysDescr(version: 'v1' | 'v2c', community: string, requestId: number): Buffer {
  return element(
    SEQUENCE,
    integer(wireVersions[version]),
    octets(community),
    getRequest(
      requestId,
      element(SEQUENCE, element(SEQUENCE, element(OBJECT_IDENTIFIER, SYS_DESCR), element(NULL))),
    ),
  );
}

/** The question for its engine's id, which every agent of SNMPv3 answers to everybody (RFC 3414, section 4). */
export function discoverEngine(messageId: number): Buffer {
  const flags = Buffer.from([REPORTABLE]);
  const security = element(SEQUENCE, octets(), integer(0), integer(0), octets(), octets(), octets());
  return element(
    SEQUENCE,
    integer(wireVersions.v3),
    element(
      SEQUENCE,
      integer(messageId),
      integer(MAX_MESSAGE_SIZE),
      octets(flags),
      integer(USER_SECURITY_MODEL),
    ),
    octets(security),
    element(SEQUENCE, octets(), octets(), getRequest(messageId, element(SEQUENCE))),
  );
}

function getRequest(requestId: number, bindings: Buffer): Buffer {
  return element(GET_REQUEST, integer(requestId), integer(0), integer(0), bindings);
}

export interface SysDescrResponse {
  readonly requestId: number;
  /** 0 for none (RFC 3416, section 3). */
  readonly errorStatus: number;
  /** Null when the agent has none, or does not show it. */
  readonly sysDescr: Buffer | null;
}

/** Reads the response to {@link getSysDescr}. Throws `garbled` for anything else. */
export function parseSysDescr(datagram: Buffer): SysDescrResponse {
  const message = new BerReader(datagram, 'The answer').sequence();
  message.integer();
  message.value(OCTET_STRING);
  const response = message.sequence(RESPONSE);
  const requestId = response.integer();
  const errorStatus = response.integer();
  response.integer();
  const bindings = response.sequence();
  if (bindings.ended) return { requestId, errorStatus, sysDescr: null };
  const binding = bindings.sequence();
  const name = binding.value(OBJECT_IDENTIFIER);
  const { tag, value } = binding.any();
  const found = errorStatus === 0 && tag === OCTET_STRING && name.equals(SYS_DESCR);
  return { requestId, errorStatus, sysDescr: found ? value : null };
}

/** The message id of a report of SNMPv3, which is what discovery gets. Throws `garbled` for anything else. */
export function parseReport(datagram: Buffer): number {
  const message = new BerReader(datagram, 'The answer').sequence();
  const version = message.integer();
  const messageId = message.sequence().integer();
  message.value(OCTET_STRING);
  const scoped = message.sequence();
  scoped.value(OCTET_STRING);
  scoped.value(OCTET_STRING);
  scoped.value(REPORT);
  // No message has a negative id, so this one is nobody's.
  return version === wireVersions.v3 ? messageId : -1;
}
