import type { JsonPlace } from './json-place';
import type { MachinePlan, PreparedOperation } from './machine-plan';
import { stepNames } from './operations/define-operation';

/** When something happens while an operation runs. */
export type Moment =
  /** After so many of its moves. */
  | { readonly after: number }
  /** When its walk first looks at the entry of that GFN (and level). */
  | { readonly visit: number; readonly level: number | null };

/** What other CPUs do meanwhile. */
export interface Intervention {
  readonly moment: Moment;
  /** `null`: somebody wants the CPU, so the walk yields where it may. */
  readonly operation: PreparedOperation | null;
  /** As written in the file. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** One operation of a scenario, and what happens while it runs. */
export interface ScenarioStep {
  readonly operation: PreparedOperation;
  readonly interventions: readonly Intervention[];
  /** For the reader. */
  readonly note: string;
  /** The operation as written, without its interventions. */
  readonly json: Readonly<Record<string, unknown>>;
}

export function readSteps(list: JsonPlace, plan: MachinePlan): ScenarioStep[] {
  return list.items().flatMap((place) => {
    const step = readStep(place, plan);
    return step ? [step] : [];
  });
}

/** One step; undefined after noting what is wrong with it. */
export function readStep(place: JsonPlace, plan: MachinePlan): ScenarioStep | undefined {
  const operation = readOperation(place, plan);
  const yields = place.member('yields').items().map(readYield);
  const injected = place
    .member('inject')
    .items()
    .flatMap((inner) => readInjection(inner, plan));
  const note = place.member('note');
  if (!operation) return undefined;
  return {
    operation,
    interventions: [...yields, ...injected],
    note: note.present ? (note.text() ?? '') : '',
    json: without(place.value, ['yields', 'inject']),
  };
}

/** The operation a step names, with its arguments. */
export function readOperation(
  place: JsonPlace,
  plan: MachinePlan,
  alsoKnown: readonly string[] = stepNames,
): PreparedOperation | undefined {
  const name = place.member('do').text();
  return name === undefined ? undefined : plan.prepare(name, place, alsoKnown);
}

const momentNames = ['after', 'visit', 'level'];
/** A walk cannot have more moves than a number counts exactly. */
const mostMoves = Number.MAX_SAFE_INTEGER;

function readMoment(place: JsonPlace): Moment {
  const visit = place.member('visit');
  if (!visit.present) return { after: place.member('after').count(1, mostMoves) ?? 0 };
  const level = place.member('level');
  return {
    visit: visit.address(52) ?? 0,
    level: level.present ? (level.count(1, 5) ?? null) : null,
  };
}

function readYield(place: JsonPlace): Intervention {
  place.knowsOnly(momentNames);
  return { moment: readMoment(place), operation: null, json: objectOf(place.value) };
}

function readInjection(place: JsonPlace, plan: MachinePlan): Intervention[] {
  const operation = readOperation(place, plan, ['do', 'note', ...momentNames]);
  const moment = readMoment(place);
  return operation ? [{ moment, operation, json: objectOf(place.value) }] : [];
}

function objectOf(value: unknown): Record<string, unknown> {
  return { ...(value as Record<string, unknown>) };
}

function without(value: unknown, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(objectOf(value)).filter(([name]) => !names.includes(name)),
  );
}
