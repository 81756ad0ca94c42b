import { auditCommand } from './audit';
import { benchEntryCommand } from './bench-entry';
import { cachesCommand } from './caches';
import type { Command } from './command';
import { decodeCommand } from './decode';
import { detectCommand } from './detect';
import { encodeCommand } from './encode';
import { geometryCommand } from './geometry';
import { iterateCommand } from './iterate';
import { lspCommand } from './lsp';
import { mapCommand } from './map';
import { replayCommand } from './replay';
import { roleCommand } from './role';
import { simulateCommand } from './simulate';
import { walkCommand } from './walk';
import { whoMapsCommand } from './who-maps';
import { wordCommand } from './word';

/** Every subcommand: a new one is its file and a line here. */
export const commands: readonly Command[] = [
  decodeCommand,
  encodeCommand,
  walkCommand,
  mapCommand,
  whoMapsCommand,
  auditCommand,
  replayCommand,
  detectCommand,
  roleCommand,
  wordCommand,
  geometryCommand,
  iterateCommand,
  simulateCommand,
  cachesCommand,
  benchEntryCommand,
  lspCommand,
];
