export * from './word';
export * from './paging/cpu';
export * from './paging/decoded-entry';
export * from './paging/entry-format';
export type * from './paging/format';
export * from './walk/walk-result';
export { hardwareFormat } from './paging/registry';
export { entryShape, hardwareKind, ruleOfLevel } from './paging/level-rule';
export * from './sim/public';
export type * from './paging/decoded-word';
export * from './paging/arm64-granule';
export * from './paging/arm64-geometry';
export * from './paging/arm64-stage2-layout';
export * from './kvm/decode-request';
export * from './kvm/kernel-version';
export * from './kvm/layouts';
export * from './kvm/role';
export * from './kvm/words';
export * from './walk/access';
export type * from './walk/access-answer';
export { accessFacts } from './walk/access-answer';
export * from './walk/access-options';
export { guestTableAccess } from './walk/access-guest-table';
export { roleLayouts, type RoleLayout } from './kvm/role-layouts';
export * from './kvm/role-child';
export * from './kvm/role-quadrant';
export { decodePferr, pferrOfExitQualification } from './kvm/pferr';
export { pagingMode, type PagingMode, type PagingRegisters } from './paging/control-registers';
export { cr3Root } from './paging/control-registers-cr3';
export { cutEptp, type EptPointer } from './paging/eptp';
export type { WordContext } from './paging/word-context';
export * from './kvm/decode';
export * from './kvm/decode-request';
export type { EraFingerprint, EraFit, EntrySample } from './kvm/era-fingerprint';
export { fingerprintEras } from './kvm/era-fingerprint';
export { patternText } from './kvm/entry-pattern';
export type { EraRow } from './kvm/era-row';
export * from './kvm/kernel-version';
export { eras, eraSpan, findLayout, layoutForKernel, layoutNames } from './kvm/layouts';
export type { EraReading, FactDifference } from './kvm/other-kernels';
export { summarizeEntry } from './kvm/entry-summary';
export { formatSize as sizeText } from './paging/byte-size';
export * from './kvm/guess-entry';
export * from './kvm/arm64-request';
export * from './paging/arm64-register-walk';
export * from './paging/arm64-stage1-registers';
export * from './paging/arm64-stage2-registers';
export * from './paging/arm64-regimes';
export * from './paging/arm64-start-levels';
export { outputLayout, physicalAddressBits } from './paging/arm64-address';
export { stage2AddrEnd, stage2Indices, stage2RangeAddrEnd } from './paging/arm64-table-indices';
export { arm64LayoutNames, assumedArm64Kernel } from './kvm/arm64-software-bits';
export { faultStatus, type FaultStatus } from './kvm/arm64-fault-status';
export * from './kvm/arm64-stage2-abort';
export * from './kvm/encode';
export type { EntryPlace, FieldShape } from './kvm/field-shape';
export { FrameStore } from './memory/frame-store';
export { mergeMemories, type Overlap } from './memory/merge-memories';
export type { MemorySource, Origin } from './memory/origin';
export {
  type ImageProblem,
  indexedImage,
  type IndexedPage,
  pagedImage,
  rawImage,
} from './memory/raw-image';
export { type AddressBase, type AddressMap } from './text/address-map';
export { type DirectMap, directMaps, directMapsOf } from './text/direct-maps';
export * from './text/directive';
export {
  type DirectiveRegister,
  directiveRegisters,
  type RegisterValues,
} from './text/directive-registers';
export { type PlacedDirective, type TextEdit, TextIndex } from './text/index';
export { type LogEvent, type LogField, parseLogLine } from './text/log/log-event';
export { knownEvents } from './text/log/registry';
export type { LogFieldRole, LogHints } from './text/log/log-family';
export type { ChunkText, StoredText } from './text/line-chunk';
export type { TextFinding } from './text/text-finding';
export * from './text/words';
export { type EntryTest, entryTest } from './walk/entry-test';
export { rootAddress } from './walk/root-address';
export { translate, type TranslateOptions } from './walk/translate';
export { cpuOfTables, isKvmX86Format, mmioRecognition } from './kvm/table-reading';
export * from './walk/table-tree';
export * from './walk/nested';
export * from './paging/arm64-shape';
export { enumerate, type EnumerateOptions, type Enumeration, MapWalk } from './walk/enumerate';
export { type MapRange, mapRanges } from './walk/map-range';
export type { RangeMerge } from './walk/range-joiner';
export { RangeBatch, type RangeClass, type RangeKind, rangeKinds } from './walk/range-batch';
export { translateMany } from './walk/translate-many';
export { statusNames, statusNumbers, type Translations } from './walk/translations';
export * from './walk/access-nested';
export { canonicalAddress, upperPart, type UpperPart } from './paging/canonical';
export {
  type Detection,
  type DetectOptions,
  detectTables,
  type RootCandidate,
} from './walk/detect';
export { type EventLines, linesOfEvent } from './text/log/event-lines';
export { type LogRoot, logRoots } from './text/log/log-roots';
export { type PrintedRole, printedRole } from './text/log/page-role';
export { audit, type AuditOptions, auditSteps } from './walk/audit';
export type { AuditFinding, AuditReport } from './walk/audit-finding';
export { withAssumedWidth } from './walk/assumed-width';
export { rightsInShort } from './walk/audit-messages';
export { cyclicChild, missingChild, TableGraph, tableGraph } from './walk/table-graph';
export { type PhysicalUse, type PhysicalUses, whoMaps, whoMapsSteps } from './walk/who-maps';
export type { ChangeCause } from './trace/change-list';
export type { ValueGround } from './trace/entry-values';
export {
  type ChangedEntry,
  type EntryChange,
  type ReplayLimits,
  TraceReplay,
} from './trace/replay';
export { type StateEntry, type StateMemory, TableState } from './trace/table-state';
export type { TraceTree } from './trace/trace-tree';
export {
  type ChangeMeaning,
  changeMeaning,
  changeOfEntries,
  type EntryRole,
  entryRole,
  type FlushNeed,
  type LeafTrait,
} from './trace/change-meaning';
export { type EventMeaning, eventMeaning, type ToldEntry } from './trace/event-meaning';
export { type EventSubject, type SubjectSpace, subjectOf } from './trace/event-subject';
export { withoutAccessed } from './walk/entry-readings';
