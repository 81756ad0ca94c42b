import {
  type Disposable,
  type Range,
  type TextEditor,
  type TextEditorDecorationType,
  Uri,
  window,
} from 'vscode';

import type { KindLook } from '../walks/kind-looks';

type Mark = KindLook['mark'];

/** Pictures in the margin know no theme colours: one for light themes and one for dark ones. */
const colors: Readonly<Record<Mark, { readonly light: string; readonly dark: string }>> = {
  path: { light: '#0060c0', dark: '#4daafc' },
  leaf: { light: '#2c7a2c', dark: '#89d185' },
  stop: { light: '#8f6700', dark: '#e2b714' },
};

/** Which level's entry stands on a line. */
export interface LevelSign {
  readonly level: number;
  readonly mark: Mark;
  readonly range: Range;
}

/** Signs in the editor's margin that name levels: `L4` … `L1`. */
export class LevelSigns implements Disposable {
  private readonly types = new Map<string, TextEditorDecorationType>();

  /** Shows these signs in an editor, and no others. */
  show(editor: TextEditor, signs: readonly LevelSign[]): void {
    for (const { level, mark } of signs) this.typeOf(level, mark);
    for (const [key, type] of this.types)
      editor.setDecorations(
        type,
        signs.filter((sign) => keyOf(sign.level, sign.mark) === key).map(({ range }) => range),
      );
  }

  dispose(): void {
    for (const type of this.types.values()) type.dispose();
  }

  private typeOf(level: number, mark: Mark): TextEditorDecorationType {
    const key = keyOf(level, mark);
    const known = this.types.get(key);
    if (known) return known;
    const { light, dark } = colors[mark];
    const type = window.createTextEditorDecorationType({
      gutterIconSize: 'contain',
      light: { gutterIconPath: picture(level, light) },
      dark: { gutterIconPath: picture(level, dark) },
    });
    this.types.set(key, type);
    return type;
  }
}

function keyOf(level: number, mark: Mark): string {
  return `${mark} ${String(level)}`;
}

function picture(level: number, color: string): Uri {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">' +
    `<text x="8" y="12" text-anchor="middle" font-family="sans-serif" font-weight="700" font-size="11" fill="${color}">` +
    `L${String(level)}</text></svg>`;
  return Uri.parse(`data:image/svg+xml;utf8,${encodeURIComponent(svg)}`);
}
