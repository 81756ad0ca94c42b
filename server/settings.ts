import type { ClientCapabilities, Connection } from 'vscode-languageserver';

import { describeError } from './safe-handler';
import {
  type FileSettings,
  isRecord,
  noSettings,
  readSettings,
  settingsSection,
} from './settings-schema';

/**
 * Settings by resource. A client that can be asked (`workspace/configuration`) is asked once for
 * each document until its settings change; one that cannot may send them with `initialize` or
 * `workspace/didChangeConfiguration`. An answer of `null` or an error counts as "nothing is set".
 */
export class Settings {
  private readonly cache = new Map<string, Promise<FileSettings>>();
  private sent: unknown;
  private canAsk = false;

  constructor(private readonly connection: Connection) {}

  initialize(capabilities: ClientCapabilities, initializationOptions: unknown): void {
    this.canAsk = capabilities.workspace?.configuration === true;
    this.sent = sectionOf(initializationOptions) ?? initializationOptions;
  }

  /** The settings changed; `settings` are the new ones where the client sends them along. */
  changed(settings: unknown): void {
    this.cache.clear();
    const section = sectionOf(settings);
    if (section !== undefined) this.sent = section;
  }

  forget(uri: string): void {
    this.cache.delete(uri);
  }

  /** What is set for a resource; `null`: in general. */
  of(resource: string | null): Promise<FileSettings> {
    const uri = resource ?? '';
    const known = this.cache.get(uri);
    if (known) return known;
    const asked = this.ask(uri);
    this.cache.set(uri, asked);
    return asked;
  }

  private async ask(uri: string): Promise<FileSettings> {
    try {
      const answer: unknown = this.canAsk
        ? await this.connection.workspace.getConfiguration({
            ...(uri !== '' && { scopeUri: uri }),
            section: settingsSection,
          })
        : undefined;
      const settings = readSettings(answer ?? this.sent);
      for (const problem of settings.problems) this.connection.console.warn(problem);
      return settings;
    } catch (error) {
      this.connection.console.error(`settings of ${uri}: ${describeError(error)}`);
      return noSettings;
    }
  }
}

function sectionOf(settings: unknown): unknown {
  return isRecord(settings) ? settings[settingsSection] : undefined;
}
