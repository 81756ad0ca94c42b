import type { TextEdit } from 'vscode-languageserver';

import type { TextIndex } from '../src-core/index';

/** Values of a file's comment line by key; `null` takes the key out. */
export type DirectiveValues = Readonly<Record<string, string | null>>;

/** Other names of a key, which say the same in a comment line. */
const sameKeys: Readonly<Record<string, readonly string[]>> = {
  level: ['level', 'levels'],
  // Either names how KVM's bits are laid out: one of them is enough.
  kernel: ['kernel', 'layout'],
  layout: ['kernel', 'layout'],
};

/**
 * The change that makes a file's comment line say these values: what else it says is kept; a file
 * without such a line gets one at its top. `undefined`: the file says all this already.
 */
export function directiveEdit(index: TextIndex, values: DirectiveValues): TextEdit | undefined {
  const added = Object.entries(values).flatMap(([key, value]) =>
    value === null ? [] : [`${key}=${value}`],
  );
  const replaced = new Set(Object.keys(values).flatMap((key) => sameKeys[key] ?? [key]));
  const placed = index.directives().at(-1);
  if (!placed) {
    const top = { line: 0, character: 0 };
    if (added.length === 0) return undefined;
    return { range: { start: top, end: top }, newText: `# pagewalk: ${added.join(' ')}\n` };
  }
  const text = index.lineText(placed.line);
  const words = text.slice(placed.end).match(/[^\s=]+="[^"]*"|\S+/g) ?? [];
  // What closes a comment stays where it is: at the end.
  const closing = words.at(-1)?.match(/^(?:\*\/|-->)$/) ? words.slice(-1) : [];
  const kept = words
    .slice(0, words.length - closing.length)
    .filter((word) => !replaced.has(word.split('=', 1)[0]!.toLowerCase()));
  if (kept.length + added.length + closing.length === words.length) {
    const before = new Set(words);
    if (added.every((word) => before.has(word))) return undefined;
  }
  const newText = ['', ...kept, ...added, ...closing].join(' ');
  const { line, end } = placed;
  return {
    range: { start: { line, character: end }, end: { line, character: text.length } },
    newText,
  };
}
