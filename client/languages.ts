import { type TextDocument, workspace } from 'vscode';
import type { DocumentSelector } from 'vscode-languageclient';

import { hoverAnywhereSetting, ownLanguages, settingsSection } from './names';

/** The document is a dump or a trace, in whatever file system it lies. */
export function isOwn(document: TextDocument): boolean {
  return ownLanguages.includes(document.languageId);
}

/** The document is a scenario of the simulator; its language is JSON. */
export function isScenario(document: TextDocument): boolean {
  return document.uri.path.endsWith('.pagewalk.json');
}

export function hoverAnywhere(): boolean {
  return workspace.getConfiguration(settingsSection).get(hoverAnywhereSetting, false);
}

/**
 * The documents the server is told of. With `everything` these are all files of the workspace's
 * file systems too, but not what VS Code itself shows as documents: output, settings, comments.
 */
export function serverSelector(everything: boolean): DocumentSelector {
  const own = [
    ...ownLanguages.map((language) => ({ language })),
    { pattern: '**/*.pagewalk.json' },
  ];
  if (!everything) return own;
  const folders = workspace.workspaceFolders ?? [];
  const schemes = new Set(['file', 'untitled', ...folders.map((folder) => folder.uri.scheme)]);
  return [...own, ...[...schemes].map((scheme) => ({ scheme }))];
}
