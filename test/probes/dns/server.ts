/** What a response is made of; the question is taken from the query. */
export interface Answer {
  readonly rcode?: number;
  readonly authoritative?: boolean;
  readonly recursionAvailable?: boolean;
  readonly answers?: readonly Buffer[];
  readonly authorities?: readonly Buffer[];
  /** Whether the question is left out, as some servers do that refuse. */
  readonly withoutQuestion?: boolean;
}

/** The name in the question of a query, `.` at the end of each label. */
export function nameIn(query: Buffer): string {
  let name = '';
  for (let at = 12; (query[at] ?? 0) > 0; at += 1 + (query[at] ?? 0)) {
    name += `${query.toString('latin1', at + 1, at + 1 + (query[at] ?? 0))}.`;
  }
  return name;
}

export const typeIn = (query: Buffer): number => query.readUInt16BE(query.length - 4);

export const wantsRecursion = (query: Buffer): boolean => ((query[2] ?? 0) & 1) !== 0;

export function respond(query: Buffer, answer: Answer): Buffer {
  const { answers = [], authorities = [], withoutQuestion = false } = answer;
  const header = Buffer.from([
    query[0] ?? 0,
    query[1] ?? 0,
    0x80 | (answer.authoritative === true ? 4 : 0) | ((query[2] ?? 0) & 1),
    (answer.recursionAvailable === true ? 0x80 : 0) | (answer.rcode ?? 0),
    0,
    withoutQuestion ? 0 : 1,
    0,
    answers.length,
    0,
    authorities.length,
    0,
    0,
  ]);
  const question = withoutQuestion ? [] : [query.subarray(12)];
  return Buffer.concat([header, ...question, ...answers, ...authorities]);
}

/** A record whose owner is given as bytes: `c00c` points to the name in the question. */
export function record(owner: string, type: number, class_: number, data: Buffer): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(class_, 2);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([Buffer.from(owner, 'hex'), fixed, data]);
}

export function txt(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return record('c00c', 16, 3, Buffer.concat([Buffer.from([bytes.length]), bytes]));
}

/** A name of another host as the owner of a record, or in its data. */
export function encoded(name: string): string {
  const labels = name.split('.').filter((label) => label !== '');
  return `${labels.map((label) => label.length.toString(16).padStart(2, '0') + Buffer.from(label).toString('hex')).join('')}00`;
}

/** A message with its length in front, as over TCP. */
export function framed(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from([message.length >> 8, message.length & 0xff]), message]);
}
