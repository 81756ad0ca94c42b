import { type JsonPlace, type JsonProblem, jsonTop } from './json-place';
import type { MachinePlan } from './machine-plan';
import { mmuModelOf, mmuModels, mmuNames } from './mmu-models';
import { readSteps, type ScenarioStep } from './scenario-steps';

/** A `*.pagewalk.json` scenario: a machine, and what happens to it. */
export interface Scenario {
  readonly title: string;
  readonly about: string;
  readonly plan: MachinePlan;
  readonly steps: readonly ScenarioStep[];
  /** Everything but the steps, as the file has it: written again when a session is kept. */
  readonly json: Readonly<Record<string, unknown>>;
  /** So many moves were made when the session was kept. */
  readonly at: number;
}

/** Names at the top of every scenario. */
export const topNames: readonly string[] = ['$schema', 'title', 'about', 'machine', 'run', 'at'];

/** A scenario from parsed JSON. With any problem nothing of it is run. */
export function readScenario(json: unknown): Scenario | { problems: JsonProblem[] } {
  const top = jsonTop(json);
  const plan = readPlan(top);
  if (!plan) return { problems: top.problems };
  const steps = readSteps(top.member('run'), plan);
  const scenario: Scenario = {
    title: optionalText(top.member('title')),
    about: optionalText(top.member('about')),
    plan,
    steps,
    json: { ...(json as Record<string, unknown>) },
    at: top.member('at').count(0, Number.MAX_SAFE_INTEGER, 0) ?? 0,
  };
  return top.problems.length > 0 ? { problems: top.problems } : scenario;
}

function readPlan(top: JsonPlace): MachinePlan | undefined {
  const mmu = top.member('machine').member('mmu').choice(mmuNames, mmuModels[0].mmu);
  const model = mmu === undefined ? undefined : mmuModelOf(mmu);
  if (!model) return undefined;
  top.knowsOnly([...topNames, ...model.topNames]);
  const plan = model.read(top);
  return top.problems.length > 0 ? undefined : plan;
}

function optionalText(place: JsonPlace): string {
  return place.present ? (place.text() ?? '') : '';
}
