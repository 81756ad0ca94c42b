export * from './word';
export * from './paging/cpu';
export * from './paging/decoded-entry';
export * from './paging/entry-format';
export type * from './paging/format';
export * from './walk/walk-result';
export { hardwareFormat } from './paging/registry';
export { entryShape, hardwareKind, ruleOfLevel } from './paging/level-rule';
