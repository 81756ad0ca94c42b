import { formatWord, type WalkResult, type WalkStep } from '../../src-core/index';
import { findingJson, type Json, levelShown } from './entry-json';

/** A walk in the command line's contract. */
export function walkJson(walk: WalkResult, format: string): Record<string, Json> {
  return {
    address: formatWord(walk.address),
    status: walk.status,
    physical: word(walk.physical),
    page_size: walk.pageSize,
    level: levelShown(format, walk.level),
    leaf: word(walk.leaf),
    permissions: walk.permissions && { ...walk.permissions },
    steps: walk.steps.map((step) => stepJson(step, format)),
    missing: word(walk.missing),
    findings: walk.findings.map(findingJson),
  };
}

function stepJson(step: WalkStep, format: string): Json {
  return {
    level: levelShown(format, step.level),
    table: formatWord(step.table),
    index: step.index,
    entry_address: formatWord(step.entryAddress),
    entry: word(step.entry),
    kind: step.kind,
    ...('dimension' in step ? { dimension: Number(step.dimension) } : {}),
  };
}

function word(value: bigint | null): string | null {
  return value === null ? null : formatWord(value);
}
