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
    steps: walk.steps.map((step, at) => stepJson(step, format, at + 1)),
    missing: word(walk.missing),
    findings: walk.findings.map(findingJson),
  };
}

/** @param number of the reference to memory, from 1: told where there are two dimensions */
function stepJson(step: WalkStep, format: string, number: number): Json {
  return {
    level: levelShown(format, step.level),
    table: formatWord(step.table),
    index: step.index,
    entry_address: formatWord(step.entryAddress),
    entry: word(step.entry),
    kind: step.kind,
    ...('dimension' in step ? { dimension: Number(step.dimension), number } : {}),
  };
}

function word(value: bigint | null): string | null {
  return value === null ? null : formatWord(value);
}
