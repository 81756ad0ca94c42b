import { parseWord } from '../word';

/** Something in a JSON file that makes no sense, with its place (RFC 6901 pointer). */
export interface JsonProblem {
  readonly pointer: string;
  readonly message: string;
  /** The value is of another form than expected: a JSON schema says so as well. */
  readonly ofForm?: true;
}

/**
 * A value in a parsed JSON file and where it stands. Every question that the value does not answer
 * notes a problem at that place and returns undefined; nothing throws.
 */
export class JsonPlace {
  constructor(
    readonly value: unknown,
    readonly pointer: string,
    readonly problems: JsonProblem[],
  ) {}

  fail(message: string): void {
    this.problems.push({ pointer: this.pointer, message });
  }

  /** The value, if there is one; else notes what was expected. */
  expect<Value>(value: Value | undefined, expected: string): Value | undefined {
    if (value === undefined) this.fail(`${expected} is expected`);
    return value;
  }

  /** The same for what a JSON schema can say. */
  expectForm<Value>(value: Value | undefined, expected: string): Value | undefined {
    if (value === undefined) {
      const message = `${expected} is expected`;
      this.problems.push({ pointer: this.pointer, message, ofForm: true });
    }
    return value;
  }

  get present(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** A member; one that is not there has an undefined value. */
  member(name: string): JsonPlace {
    const value = isObject(this.value) ? this.value[name] : undefined;
    const escaped = name.replaceAll('~', '~0').replaceAll('/', '~1');
    return new JsonPlace(value, `${this.pointer}/${escaped}`, this.problems);
  }

  /** Names of an object's members. */
  names(): string[] {
    if (isObject(this.value)) return Object.keys(this.value);
    this.fail('an object is expected');
    return [];
  }

  /** Notes a problem at each member that is not in the list. */
  knowsOnly(names: readonly string[]): void {
    for (const name of this.names()) {
      if (!names.includes(name)) {
        this.member(name).fail(`unknown name; known are ${names.join(', ')}`);
      }
    }
  }

  /** The items of a list; a missing list is empty. */
  items(): JsonPlace[] {
    if (!this.present) return [];
    if (!Array.isArray(this.value)) {
      this.fail('a list is expected');
      return [];
    }
    return this.value.map(
      (item, index) => new JsonPlace(item, `${this.pointer}/${index}`, this.problems),
    );
  }

  text(): string | undefined {
    return this.expectForm(typeof this.value === 'string' ? this.value : undefined, 'a text');
  }

  flag(fallback?: boolean): boolean | undefined {
    if (!this.present && fallback !== undefined) return fallback;
    return this.expectForm(
      typeof this.value === 'boolean' ? this.value : undefined,
      'true or false',
    );
  }

  choice<Name extends string>(names: readonly Name[], fallback?: Name): Name | undefined {
    if (!this.present && fallback !== undefined) return fallback;
    const found = names.find((name) => name === this.value);
    return this.expectForm(found, `one of ${names.join(', ')}`);
  }

  /** A whole number from `min` to `max`. */
  count(min: number, max: number, fallback?: number): number | undefined {
    if (!this.present && fallback !== undefined) return fallback;
    return this.expectForm(
      wholeNumber(this.value, min, max),
      `a whole number from ${min} to ${max}`,
    );
  }

  /** A 64-bit word, written `"0x…"`. */
  word(): bigint | undefined {
    return this.expectForm(hexWord(this.value), 'a word, written "0x…" with at most 16 digits,');
  }

  /** An address or frame number below 2^bits (at most 52), written `"0x…"` or as a number. */
  address(bits: number, fallback?: number): number | undefined {
    if (!this.present && fallback !== undefined) return fallback;
    const word = hexWord(this.value);
    const known =
      word === undefined
        ? wholeNumber(this.value, 0, 2 ** bits - 1)
        : word < 1n << BigInt(bits)
          ? Number(word)
          : undefined;
    return this.expect(known, `a number below 2^${bits}, written "0x…",`);
  }
}

function wholeNumber(value: unknown, min: number, max: number): number | undefined {
  const whole = typeof value === 'number' && Number.isInteger(value);
  return whole && value >= min && value <= max ? value : undefined;
}

function hexWord(value: unknown): bigint | undefined {
  return typeof value === 'string' && /^0x/i.test(value) ? parseWord(value) : undefined;
}

/** The top of a parsed file. */
export function jsonTop(value: unknown): JsonPlace {
  return new JsonPlace(value, '', []);
}

/** One line for a problem: place and what is wrong. */
export function describeJsonProblem(problem: JsonProblem): string {
  return `${problem.pointer === '' ? 'top level' : problem.pointer}: ${problem.message}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
