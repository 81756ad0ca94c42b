import {
  type Disposable,
  languages,
  LanguageStatusSeverity,
  type TextDocument,
  window,
  workspace,
} from 'vscode';

import type { RootsResult } from '../../server/protocol';
import { kernelText } from '../kernel-text';
import { isOwn } from '../languages';
import type { LanguageServer } from '../language-server';
import { commands, ownLanguages, settingsSection } from '../names';
import type { RootChoices } from '../root-choices';

const settleMilliseconds = 300;

/**
 * The language status of dumps and traces: what is assumed for the file in front (format, kernel,
 * root) and why, with a way to the choices.
 */
export class AssumptionsStatus implements Disposable {
  private readonly item = languages.createLanguageStatusItem(
    'pagewalk.assumptions',
    ownLanguages.map((language) => ({ language })),
  );
  private readonly watches: readonly Disposable[];
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts what was asked, so that an answer that comes late is not shown. */
  private asked = 0;

  constructor(
    private readonly server: LanguageServer,
    private readonly roots: RootChoices,
  ) {
    this.item.name = 'Pagewalk';
    this.item.command = { command: commands.chooseAssumptions, title: 'Choose…' };
    this.watches = [
      window.onDidChangeActiveTextEditor(() => this.refreshSoon(0)),
      workspace.onDidChangeTextDocument(({ document }) => {
        if (document === window.activeTextEditor?.document) this.refreshSoon(settleMilliseconds);
      }),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(settingsSection)) this.refreshSoon(settleMilliseconds);
      }),
      roots.onDidChange(() => this.refreshSoon(0)),
    ];
    this.refreshSoon(0);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.item.dispose();
    for (const watch of this.watches) watch.dispose();
  }

  private refreshSoon(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), milliseconds);
  }

  private async refresh(): Promise<void> {
    const document = window.activeTextEditor?.document;
    if (!document || !isOwn(document)) return;
    const number = ++this.asked;
    this.item.busy = true;
    const result = await this.server.roots({ uri: document.uri.toString() }).catch(() => undefined);
    if (number !== this.asked) return;
    this.item.busy = false;
    if (result) this.show(document, result);
    else this.showNoServer();
  }

  private show(document: TextDocument, { assumptions }: RootsResult): void {
    const chosen = this.roots.of(document.uri.toString());
    const { format, formatBasis, kernel, kernelBasis, root, why } = assumptions;
    const parts = [
      chosen?.format ?? format ?? 'format?',
      kernel === null ? 'kernel?' : kernelText(kernel),
      ...(document.languageId === ownLanguages[0]
        ? [(chosen?.address ?? root) ? `root ${chosen?.address ?? root ?? ''}` : 'root?']
        : []),
    ];
    const unsure = parts.some((part) => part.endsWith('?'));
    this.item.text = parts.join(' · ');
    // One line that is never wrapped: the whole reason stands above the choices.
    this.item.detail =
      formatBasis === kernelBasis ? formatBasis : `format ${formatBasis}, kernel ${kernelBasis}`;
    this.item.severity = unsure
      ? LanguageStatusSeverity.Warning
      : LanguageStatusSeverity.Information;
    this.item.accessibilityInformation = { label: `Pagewalk assumes ${parts.join(', ')}. ${why}` };
  }

  private showNoServer(): void {
    this.item.text = 'Pagewalk’s language server is not running';
    this.item.detail = 'The log says why.';
    this.item.severity = LanguageStatusSeverity.Error;
  }
}
