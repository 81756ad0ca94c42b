import { type CancellationToken, type Disposable, EventEmitter } from 'vscode';

import type { RootInfo, RootsResult } from '../server/protocol';
import type { LanguageServer } from './language-server';

/** A root the reader chose, with the format and levels it was offered with where it was offered. */
export type ChosenRoot = Pick<RootInfo, 'address'> & Partial<Pick<RootInfo, 'format' | 'levels'>>;

/**
 * Which root table is meant in each file: chosen once by the reader, kept for this window, by file.
 * What stands in the file's own comment line is the server's to know.
 */
export class RootChoices implements Disposable {
  private readonly chosen = new Map<string, ChosenRoot>();
  private readonly changes = new EventEmitter<string>();
  /** The URI of a file whose root was chosen or forgotten. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly server: LanguageServer) {}

  offered(uri: string, token?: CancellationToken): Promise<RootsResult> {
    return this.server.roots({ uri }, token);
  }

  of(uri: string): ChosenRoot | undefined {
    return this.chosen.get(uri);
  }

  choose(uri: string, root: ChosenRoot | undefined): void {
    if (root) this.chosen.set(uri, root);
    else this.chosen.delete(uri);
    this.changes.fire(uri);
  }

  dispose(): void {
    this.changes.dispose();
  }
}
