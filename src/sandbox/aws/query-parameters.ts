import { ServiceError } from './service-error.ts';

/**
 * The parameters of a query-protocol request (`Action=…&Filter.1.Name=…`). Remembers which were read, so that
 * those which nobody knows can be refused.
 */
export class QueryParameters {
  readonly #values = new Map<string, string>();
  readonly #read = new Set<string>();

  constructor(body: string) {
    for (const [name, value] of new URLSearchParams(body)) {
      if (this.#values.has(name)) {
        throw new ServiceError(
          400,
          'InvalidParameterValue',
          `The parameter ${name} is given more than once.`,
        );
      }
      this.#values.set(name, value);
    }
  }

  optional(name: string): string | null {
    this.#read.add(name);
    return this.#values.get(name) ?? null;
  }

  required(name: string): string {
    const value = this.optional(name);
    if (value === null || value === '') {
      throw new ServiceError(400, 'MissingParameter', `The request must contain the parameter ${name}`);
    }
    return value;
  }

  boolean(name: string): boolean {
    const value = this.optional(name);
    if (value === null || value === 'false') return false;
    if (value === 'true') return true;
    throw new ServiceError(
      400,
      'InvalidParameterValue',
      `Value (${value}) for parameter ${name} is invalid. Expecting true or false.`,
    );
  }

  /** An integer within the range, both ends included; null when absent. */
  integer(name: string, range: { min: number; max: number }): number | null {
    const text = this.optional(name);
    if (text === null) return null;
    const value = /^-?\d{1,15}$/u.test(text) ? Number(text) : Number.NaN;
    if (value >= range.min && value <= range.max) return value;
    const bound =
      value < range.min
        ? `Expecting a value greater than or equal to ${range.min}.`
        : `Expecting a whole number less than or equal to ${range.max}.`;
    throw new ServiceError(
      400,
      'InvalidParameterValue',
      `Value ( ${text} ) for parameter ${name} is invalid. ${bound}`,
    );
  }

  /** `Name.1`, `Name.2`… in order, without gaps. */
  list(name: string): string[] {
    const found: string[] = [];
    for (let index = 1; ; index += 1) {
      const value = this.optional(`${name}.${index}`);
      if (value === null) return found;
      found.push(value);
    }
  }

  /** The first parameter that nothing has read; null when all were. */
  unread(): string | null {
    for (const name of this.#values.keys()) if (!this.#read.has(name)) return name;
    return null;
  }
}
