import type { Command } from './command';
import { geometryCommand } from './geometry';
import { roleCommand } from './role';

/** Every subcommand: a new one is its file and a line here. */
export const commands: readonly Command[] = [roleCommand, geometryCommand];
