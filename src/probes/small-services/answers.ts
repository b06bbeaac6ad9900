import { isGenerated, isTimeOfDay } from './text-streams.ts';

export const services = ['echo', 'daytime', 'chargen', 'finger', 'rexec', 'rlogin', 'rsh'] as const;
export type Service = (typeof services)[number];

/** Nobody's name to finger, and a line like any other to echo. */
export const LINE = 'picket-nobody\r\n';
const NOTHING = '';

/** Services that are told apart by their ports alone, because their complaints read the same. */
const REMOTE_SERVICES = new Map<number, Service>([
  [512, 'rexec'],
  [513, 'rlogin'],
  [514, 'rsh'],
]);

const QUESTIONS = new Map([
  [13, NOTHING],
  [19, NOTHING],
  // How their clients begin: rexec without a second connection for errors, rlogin before the names.
  [512, '\0'],
  [513, '\0'],
  // Log servers listen here as well, and would log whatever is said.
  [514, NOTHING],
]);

/** What to say at a port to a server that stays silent; empty where it has to speak first. */
export const questionAt = (port: number): string => QUESTIONS.get(port) ?? LINE;

/** The service that says this unasked. */
export function bySpeakingFirst(words: Buffer): Service | null {
  if (isGenerated(words)) return 'chargen';
  return isTimeOfDay(words) ? 'daytime' : null;
}

/** The service that says this to `question`, which is empty where it was not asked; null for all others. */
export function identify(words: Buffer, port: number, question: string): Service | null {
  const spoke = bySpeakingFirst(words) ?? byComplaint(words, port);
  if (spoke !== null || question !== LINE) return spoke;
  const text = words.toString('latin1', 0, 1024);
  // Echo gives the line back and nothing else.
  if (text === LINE) return 'echo';
  return isAnswerOfFinger(text) ? 'finger' : null;
}

/** Says that nobody has the name, or what it knows of them, or that it tells nothing. */
function isAnswerOfFinger(text: string): boolean {
  return (
    /no such user|\bpicket-nobody\b.{0,40}\?\?\?/i.test(text) ||
    /^\s*(?:Login(?: name)?:|finger\b)/i.test(text)
  );
}

/**
 * By a message after the byte 1, which these services put before what went wrong. They want clients at privileged
 * ports, which we are not.
 */
function byComplaint(words: Buffer, port: number): Service | null {
  // Some agree with a zero byte to the one that they got, before they look at who we are.
  const message = words.subarray(words[0] === 0 ? 1 : 0);
  const text = message.toString('latin1', 1, 256);
  return message[0] === 1 && /^[ -~]{4,200}[\r\n]/.test(text) ? (REMOTE_SERVICES.get(port) ?? null) : null;
}
