import { Range, TextEditorRevealType, Uri, window } from 'vscode';

import type { Place } from '../../server/protocol';
import { asNode } from '../walks/walk-nodes';

/**
 * Shows a place in an editor and puts the cursor there; what has the keyboard keeps it, so that one
 * can go through the levels with the arrow keys. Nothing is selected: a selection would cover the
 * marks of the walk's path.
 * @param target a `Place`, or a row of the Walks view.
 */
export async function showPlace(target: unknown): Promise<void> {
  const node = asNode(target);
  const place = node ? (node.kind === 'level' ? node.row.place : null) : asPlace(target);
  if (!place) return;
  const uri = Uri.parse(place.uri, true);
  const range = new Range(place.line, place.start, place.line, place.end);
  const open = window.visibleTextEditors.find(
    (editor) => editor.document.uri.toString() === place.uri,
  );
  const editor = await window.showTextDocument(uri, {
    preserveFocus: true,
    preview: true,
    selection: new Range(range.start, range.start),
    ...(open?.viewColumn && { viewColumn: open.viewColumn }),
  });
  editor.revealRange(range, TextEditorRevealType.InCenterIfOutsideViewport);
}

function asPlace(given: unknown): Place | null {
  const place = given as Partial<Place> | null | undefined;
  const whole =
    typeof place?.uri === 'string' &&
    [place.line, place.start, place.end].every((number) => Number.isInteger(number));
  return whole ? (place as Place) : null;
}
