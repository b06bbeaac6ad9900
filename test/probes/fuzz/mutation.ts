import fc from 'fast-check';

/** One change of some bytes; where it happens is given as a fraction, since their number is not known before. */
export interface Mutation {
  /** Which of several buffers, in the order in which they are used; counted round. */
  readonly of: number;
  readonly kind: 'overwrite' | 'insert' | 'delete' | 'repeat' | 'cut';
  readonly at: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** Lengths, signs and ends that protocols have trouble with, beside any others. */
const bytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 8 }),
  fc.constantFrom(
    ...[
      '00',
      'ff',
      '80',
      '7f',
      '00000000',
      'ffffffff',
      '7fffffff',
      '80000000',
      'ffffff7f',
      '0d0a',
      '0a',
      '1b5b324a',
      'e280ae',
    ].map((hex) => new Uint8Array(Buffer.from(hex, 'hex'))),
  ),
);

export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({
    of: fc.nat(15),
    kind: fc.constantFrom('overwrite', 'insert', 'delete', 'repeat', 'cut'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    count: fc.integer({ min: 1, max: 64 }),
    bytes,
  }),
  { minLength: 1, maxLength: 4 },
);

function mutated(buffer: Buffer, { kind, at, count, bytes: put }: Mutation): Buffer {
  const start = Math.floor(at * buffer.length);
  const before = buffer.subarray(0, start);
  const after = buffer.subarray(start);
  switch (kind) {
    case 'overwrite':
      return Buffer.concat([before, put, after.subarray(put.length)]);
    case 'insert':
      return Buffer.concat([before, put, after]);
    case 'delete':
      return Buffer.concat([before, after.subarray(count)]);
    case 'repeat':
      return Buffer.concat([before, ...Array<Buffer>(count).fill(after.subarray(0, count)), after]);
    case 'cut':
      return before;
  }
}

/** Applies to the buffer of that number what is meant for it. */
export function mutate(buffer: Buffer, index: number, of: number, all: readonly Mutation[]): Buffer {
  return all
    .filter((mutation) => mutation.of % Math.max(1, of) === index)
    .reduce((changed, mutation) => mutated(changed, mutation), buffer);
}
