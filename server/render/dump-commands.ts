import { formatWord } from '../../src-core/index';

export interface DumpCommand {
  readonly tool: string;
  readonly command: string;
}

/**
 * The commands that print one table from physical memory, per debugger.
 * QEMU: monitor `xp`; gdb: physical once QEMU's stub was told `maintenance packet
 * Qqemu.PhyMemMode:1`; crash: `rd -p`.
 */
export function dumpCommands(table: bigint, entryBytes: 4 | 8, entries: number): DumpCommand[] {
  const address = formatWord(table);
  const unit = entryBytes === 8 ? 'g' : 'w';
  const width = entryBytes === 8 ? '-64' : '-32';
  return [
    { tool: 'QEMU', command: `xp /${entries}${unit}x ${address}` },
    { tool: 'gdb', command: `x/${entries}${unit}x ${address}` },
    { tool: 'crash', command: `rd -p ${width} ${address} ${entries}` },
  ];
}

/** What is missing, and how to get it: one line. */
export function missingSentence(table: bigint, commands: readonly DumpCommand[]): string {
  const ways = commands.map(({ tool, command }) => `in ${tool}: ${command}`).join('; ');
  const how = ways.charAt(0).toUpperCase() + ways.slice(1);
  return `The table at ${formatWord(table)} isn't in this dump. ${how}.`;
}
