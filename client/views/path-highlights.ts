import {
  type DecorationRenderOptions,
  type Disposable,
  OverviewRulerLane,
  Range,
  type TextEditor,
  type TextEditorDecorationType,
  ThemeColor,
  window,
} from 'vscode';

import type { WalkRow } from '../../server/protocol';
import { contextKeys } from '../names';
import { setContext } from '../set-context';
import { type KindLook, lookOf } from '../walks/kind-looks';
import type { WalkList } from '../walks/walk-list';
import { type LevelSign, LevelSigns } from './level-signs';

type Mark = KindLook['mark'];
const marks: readonly Mark[] = ['path', 'leaf', 'stop'];

/** The border's style tells the marks apart where colours do not. */
const borderStyles: Readonly<Record<Mark, string>> = {
  path: 'solid',
  leaf: 'double',
  stop: 'dashed',
};

/**
 * Marks the entries on the path of the walk that is shown: in the text, in the overview ruler, and
 * by a sign in the margin that names the level. Sets `pagewalk.hasHighlights`.
 */
export class PathHighlights implements Disposable {
  private readonly entryTypes = new Map(marks.map((mark) => [mark, entryDecoration(mark)]));
  private readonly signs = new LevelSigns();
  private readonly watches: readonly Disposable[];

  constructor(private readonly walks: WalkList) {
    this.watches = [
      walks.onDidChange(() => this.paintAll()),
      window.onDidChangeVisibleTextEditors(() => this.paintAll()),
    ];
  }

  dispose(): void {
    for (const type of this.entryTypes.values()) type.dispose();
    this.signs.dispose();
    for (const watch of this.watches) watch.dispose();
  }

  private paintAll(): void {
    const { shown } = this.walks;
    const rows = shown && !shown.stale ? shown.reply.rows : [];
    setContext(
      contextKeys.hasHighlights,
      rows.some((row) => row.place !== null),
    );
    for (const editor of window.visibleTextEditors) this.paint(editor, rows);
  }

  private paint(editor: TextEditor, rows: readonly WalkRow[]): void {
    const uri = editor.document.uri.toString();
    const placed = rows.filter((row) => row.place?.uri === uri);
    for (const [mark, type] of this.entryTypes) {
      const here = placed.filter((row) => lookOf(row.kind).mark === mark);
      editor.setDecorations(type, here.map(entryRange));
    }
    this.signs.show(editor, signsOf(editor, placed));
  }
}

function entryDecoration(mark: Mark): TextEditorDecorationType {
  const border = new ThemeColor(`pagewalk.${mark}Border`);
  const options: DecorationRenderOptions = {
    backgroundColor: new ThemeColor(`pagewalk.${mark}Background`),
    border: `${mark === 'leaf' ? '3px' : '1px'} ${borderStyles[mark]}`,
    borderColor: border,
    overviewRulerColor: border,
    overviewRulerLane: OverviewRulerLane.Center,
  };
  return window.createTextEditorDecorationType(options);
}

function entryRange({ place }: WalkRow): Range {
  return new Range(place!.line, place!.start, place!.line, place!.end);
}

function signsOf(editor: TextEditor, placed: readonly WalkRow[]): LevelSign[] {
  const lines = editor.document.lineCount;
  return placed
    .filter(({ place }) => place!.line < lines)
    .map((row) => ({
      level: row.level,
      mark: lookOf(row.kind).mark,
      range: entryRange(row),
    }));
}
