import type { WordAt } from '../../src-core/index';
import { explainCommentLine } from './comment-line';
import { explainDumpAddress } from './dump-address';
import { explainDumpWord } from './dump-word';
import type { Asked, Explanation } from './explanation';
import { explainEventText, explainLogField } from './log-event';
import { explainPlainWord } from './plain-word';

type Explainer<Kind extends WordAt['kind']> = (
  asked: Asked,
  word: Extract<WordAt, { kind: Kind }>,
) => Explanation | null;

/** Who explains which kind of word. */
const explainers: { readonly [Kind in WordAt['kind']]: Explainer<Kind> } = {
  'dump-word': explainDumpWord,
  'dump-address': explainDumpAddress,
  'log-field': explainLogField,
  plain: explainPlainWord,
};

/** What stands at a place of a file; `null`: nothing there that could be an entry. */
export function explainPlace(asked: Asked): Explanation | null {
  const { view, line, column } = asked;
  const comment = explainCommentLine(asked);
  if (comment) return comment;
  const word = view.index.wordAt(line, column, view.entryBytes);
  if (!word) return explainEventText(asked);
  const explain = explainers[word.kind] as Explainer<WordAt['kind']>;
  return explain(asked, word);
}
