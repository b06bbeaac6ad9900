import { describe, expect, it } from 'vitest';
import { findProgram } from './requires.ts';

describe('findProgram', () => {
  it('finds what is in the path and not what is nowhere', () => {
    expect(findProgram('node')).toMatch(/node$/);
    expect(findProgram('no-such-program-anywhere')).toBeUndefined();
  });
});
