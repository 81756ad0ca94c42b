import type { CompiledFormat, WalkResult } from '../src-core/index';
import { type DumpCommand, dumpCommands } from './render/dump-commands';

/** How to get the table that a walk misses; empty unless one is missing. */
export function commandsFor(compiled: CompiledFormat, walk: WalkResult): DumpCommand[] {
  if (walk.missing === null) return [];
  const { entryBytes, rules } = compiled;
  const rule = rules[walk.level - 1]!;
  const entries = 2 ** rule.indexBits;
  const pageEntries = 4096 / entryBytes;
  // A table of several pages may lack one of them only: that one is asked for.
  const [table, count] =
    entries > pageEntries
      ? [walk.missing, pageEntries]
      : [walk.steps.at(-1)?.table ?? walk.missing, entries];
  return dumpCommands(table, entryBytes, count);
}
