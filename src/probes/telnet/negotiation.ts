/** What a telnet server has said so far. */
export interface Negotiation {
  /** What it offers and asks for, for example `DO TERMINAL-TYPE`, each once, in order. */
  readonly options: readonly string[];
  /** Data between the commands. */
  readonly text: Buffer;
}

const IAC = 255;
const SUBNEGOTIATION = 250;
const SUBNEGOTIATION_END = 240;
const VERBS = new Map([
  [251, 'WILL'],
  [252, 'WONT'],
  [253, 'DO'],
  [254, 'DONT'],
]);

/** Options with a name in IANA's registry that servers are known to open with. */
const OPTIONS = new Map([
  [0, 'BINARY'],
  [1, 'ECHO'],
  [3, 'SUPPRESS-GO-AHEAD'],
  [5, 'STATUS'],
  [6, 'TIMING-MARK'],
  [24, 'TERMINAL-TYPE'],
  [25, 'END-OF-RECORD'],
  [31, 'WINDOW-SIZE'],
  [32, 'TERMINAL-SPEED'],
  [33, 'REMOTE-FLOW-CONTROL'],
  [34, 'LINEMODE'],
  [35, 'X-DISPLAY-LOCATION'],
  [36, 'ENVIRONMENT'],
  [37, 'AUTHENTICATION'],
  [38, 'ENCRYPTION'],
  [39, 'NEW-ENVIRONMENT'],
  [40, 'TN3270E'],
  [46, 'START-TLS'],
]);
/** IANA has given out 0 to 49 and 138 to 140; 255 is the extended list. */
const isOption = (code: number): boolean => code <= 49 || (code >= 138 && code <= 140) || code === 255;

/**
 * Takes apart what a server sent (RFC 854, RFC 855); null when the bytes are not telnet: nothing is negotiated in
 * them, or a command or option is in them that does not exist. A command that the end cuts off is left out.
 */
export function parseNegotiation(bytes: Buffer): Negotiation | null {
  const options = new Set<string>();
  const text: number[] = [];
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    const command = bytes[at + 1];
    if (byte !== IAC) {
      text.push(byte);
      at += 1;
    } else if (command === undefined) {
      break;
    } else if (command === IAC) {
      text.push(IAC);
      at += 2;
    } else if (VERBS.has(command)) {
      const option = bytes[at + 2];
      if (option === undefined) break;
      if (!isOption(option)) return null;
      options.add(`${VERBS.get(command)} ${OPTIONS.get(option) ?? option}`);
      at += 3;
    } else if (command === SUBNEGOTIATION) {
      const end = bytes.indexOf(Buffer.from([IAC, SUBNEGOTIATION_END]), at);
      at = end === -1 ? bytes.length : end + 2;
    } else if (command > SUBNEGOTIATION_END && command < SUBNEGOTIATION) {
      at += 2;
    } else {
      return null;
    }
  }
  return options.size === 0 ? null : { options: [...options], text: Buffer.from(text) };
}

const CONTROLS: ReadonlySet<number> = new Set([0x07, 0x08, 0x09, 0x0a, 0x0d, 0x1b]);

/** Whether data between commands is what a terminal shows: text, line ends and escapes, and zero only after CR. */
export function isTerminalText(text: Buffer): boolean {
  return text.every(
    (byte, at) =>
      (byte >= 0x20 && byte !== 0x7f) ||
      CONTROLS.has(byte) ||
      (byte === 0 && at > 0 && text[at - 1] === 0x0d),
  );
}
