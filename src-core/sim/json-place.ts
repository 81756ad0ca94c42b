import { parseWord } from '../word';

/** Something in a JSON file that makes no sense, with its place (RFC 6901 pointer). */
export interface JsonProblem {
  readonly pointer: string;
  readonly message: string;
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

  fail(message: string): undefined {
    this.problems.push({ pointer: this.pointer, message });
    return undefined;
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
    return typeof this.value === 'string' ? this.value : this.fail('a text is expected');
  }

  flag(fallback?: boolean): boolean | undefined {
    if (!this.present && fallback !== undefined) return fallback;
    return typeof this.value === 'boolean' ? this.value : this.fail('true or false is expected');
  }

  choice<Name extends string>(names: readonly Name[], fallback?: Name): Name | undefined {
    if (!this.present && fallback !== undefined) return fallback;
    const found = names.find((name) => name === this.value);
    return found ?? this.fail(`one of ${names.join(', ')} is expected`);
  }

  /** A whole number from `min` to `max`. */
  count(min: number, max: number, fallback?: number): number | undefined {
    if (!this.present && fallback !== undefined) return fallback;
    const { value } = this;
    const fits = typeof value === 'number' && Number.isInteger(value) && value >= min;
    return fits && value <= max
      ? value
      : this.fail(`a whole number from ${min} to ${max} is expected`);
  }

  /** A 64-bit word, written `"0x…"`. */
  word(): bigint | undefined {
    const parsed =
      typeof this.value === 'string' && /^0x/i.test(this.value) ? parseWord(this.value) : undefined;
    return parsed ?? this.fail('a word is expected, written "0x…" with at most 16 digits');
  }

  /** An address or frame number that fits `bits` (at most 52), written `"0x…"` or as a number. */
  address(bits: number, fallback?: number): number | undefined {
    if (!this.present && fallback !== undefined) return fallback;
    const { value } = this;
    const limit = 2 ** bits;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < limit) {
      return value;
    }
    const word = typeof value === 'number' ? undefined : this.word();
    if (word === undefined) {
      return typeof value === 'number'
        ? this.fail(`a whole number below 2^${bits} is expected`)
        : undefined;
    }
    return word < BigInt(limit) ? Number(word) : this.fail(`a value below 2^${bits} is expected`);
  }
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
