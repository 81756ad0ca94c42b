/** What the rest of the program may use of the simulator. */
export { type CounterName, counterNames, type CounterValues } from './counters';
export { type EventKind, eventKinds, type SimEvent } from './event-log';
export { type MemoryToSimulate, scenarioFromMemory, scenarioText } from './from-memory';
export { describeJsonProblem, type JsonProblem, jsonTop } from './json-place';
export { Machine } from './machine';
export { machineDump } from './machine-dump';
export type {
  JsonSchema,
  MachinePlan,
  MmuModel,
  OperationInfo,
  OperationOffer,
} from './machine-plan';
export type { MachineSetup, TdpFormatName } from './machine-setup';
export type { Memslot, MemslotSetup } from './memslot';
export { type MicroKind, microKinds, type MicroStep } from './micro-step';
export { mmuModels } from './mmu-models';
export { stepNames } from './operations/define-operation';
export type { Operation } from './operations/operation';
export type { Parameter, Parameters, ParameterShape } from './operations/parameter';
export { findOperation, operations } from './operations/registry';
export { type Reason, reasons } from './reasons';
export * from './rfc-case';
export * from './scenario';
export { scenarioSchema } from './scenario-schema';
export type { Intervention, Moment, ScenarioStep } from './scenario-steps';
export { type Refusal, Session } from './session';
export type { ShadowPage } from './shadow-page';
export * from './simulate';
export { countersJson, kvmStatistics } from './counters-json';
export type { StepRecord } from './step-log';
export { TableMemory } from './table-memory';
export { TablePage } from './table-page';
export { TdpIter, type TdpIterStart } from './tdp-iter';
export * from './tdp-iter-case';
export * from './tdp-iter-form';
export {
  presentByBit11,
  presentByExclusion,
  presentByMasks,
  type TdpIterRule,
} from './tdp-iter-rule';
export * from './tdp-iter-run';
export * from './tdp-iter-state';
export * from './tdp-iter-trace';
export { TdpPlan } from './tdp-plan';
export type { WalkerField, WalkerState } from './walker-state';
export { type MachineStop, World, type WorldReport, type WorldState } from './world';
export type {
  Control,
  EventRow,
  FieldRow,
  MachineView,
  RowExplanation,
  TreeRow,
} from './view/machine-view';
export { viewOf } from './view/views';
export * from './shadow/split-cache-figures';
