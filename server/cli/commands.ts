import type { Command } from './command';
import { decodeCommand } from './decode';
import { geometryCommand } from './geometry';
import { iterateCommand } from './iterate';
import { roleCommand } from './role';
import { simulateCommand } from './simulate';

/** Every subcommand: a new one is its file and a line here. */
export const commands: readonly Command[] = [
  decodeCommand,
  roleCommand,
  geometryCommand,
  iterateCommand,
  simulateCommand,
];
