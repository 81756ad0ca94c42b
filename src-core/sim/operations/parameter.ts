import type { JsonPlace } from '../json-place';

/** How a value is asked for and written: for editors, quick picks and the JSON schema. */
export interface ParameterShape {
  readonly kind: 'frame' | 'address' | 'word' | 'count' | 'flag' | 'choice';
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
}

/** What of a machine parameters may name. */
export interface Reach {
  /** First GFN that its tables cannot express. */
  readonly endGfn: number;
  readonly slots: readonly { readonly id: number }[];
}

/** One parameter of an operation, read from its place in a scenario. */
export interface Parameter<Value> {
  readonly shape: ParameterShape;
  /** One clause: what it says. */
  readonly meaning: string;
  readonly optional: boolean;
  /** @returns undefined after noting a problem at the place */
  readonly read: (place: JsonPlace, reach: Reach) => Value | undefined;
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;

/** The values of a set of parameters. */
export type ArgumentsOf<Set extends Parameters> = {
  readonly [Name in keyof Set]: Set[Name] extends Parameter<infer Value> ? Value : never;
};

function readFrame(place: JsonPlace, limit: number): number | undefined {
  const frame = place.address(52);
  if (frame === undefined || frame <= limit) return frame;
  place.fail(
    `0x${frame.toString(16)} is beyond 0x${limit.toString(16)}, the last these tables reach`,
  );
  return undefined;
}

/** A guest frame number. */
export function gfnParameter(meaning: string): Parameter<number> {
  return {
    shape: { kind: 'frame' },
    meaning,
    optional: false,
    read: (place, { endGfn }) => readFrame(place, endGfn - 1),
  };
}

/** Where a range begins; left out: at 0. */
export const startParameter: Parameter<number> = {
  shape: { kind: 'frame' },
  meaning: 'first guest frame of the range',
  optional: true,
  read: (place, { endGfn }) => (place.present ? readFrame(place, endGfn - 1) : 0),
};

/** Where a range ends, itself not in it; left out: at the end of the tables' reach. */
export const endParameter: Parameter<number> = {
  shape: { kind: 'frame' },
  meaning: 'guest frame after the range',
  optional: true,
  read: (place, { endGfn }) => (place.present ? readFrame(place, endGfn) : endGfn),
};

export const asIdParameter: Parameter<number> = {
  shape: { kind: 'count', min: 0, max: 1 },
  meaning: 'address space: 0 normal, 1 system management mode',
  optional: true,
  read: (place) => place.count(0, 1, 0),
};

export function countParameter(
  meaning: string,
  min: number,
  max: number,
  fallback?: number,
): Parameter<number> {
  return {
    shape: { kind: 'count', min, max },
    meaning,
    optional: fallback !== undefined,
    read: (place) => place.count(min, max, fallback),
  };
}

export function flagParameter(meaning: string, fallback?: boolean): Parameter<boolean> {
  return {
    shape: { kind: 'flag' },
    meaning,
    optional: fallback !== undefined,
    read: (place) => place.flag(fallback),
  };
}

export function choiceParameter<Name extends string>(
  meaning: string,
  choices: readonly Name[],
  fallback?: Name,
): Parameter<Name> {
  return {
    shape: { kind: 'choice', choices },
    meaning,
    optional: fallback !== undefined,
    read: (place) => place.choice(choices, fallback),
  };
}

/** A choice that may be left open. */
export function openChoice<Name extends string>(
  meaning: string,
  choices: readonly Name[],
): Parameter<Name | null> {
  return {
    shape: { kind: 'choice', choices },
    meaning,
    optional: true,
    read: (place) => (place.present ? place.choice(choices) : null),
  };
}

export function wordParameter(meaning: string): Parameter<bigint> {
  return { shape: { kind: 'word' }, meaning, optional: false, read: (place) => place.word() };
}

/** A host frame number. */
export function pfnParameter(meaning: string): Parameter<number> {
  return {
    shape: { kind: 'frame' },
    meaning,
    optional: false,
    read: (place) => place.address(40),
  };
}

/** A slot by its number and the operation's address space. */
export const slotParameter: Parameter<number> = {
  shape: { kind: 'count', min: 0, max: 32_767 },
  meaning: 'memory slot',
  optional: false,
  read: (place, { slots }) => {
    const id = place.count(0, 32_767);
    if (id === undefined || slots.some((slot) => slot.id === id)) return id;
    place.fail(`there is no slot ${id}`);
    return undefined;
  },
};
