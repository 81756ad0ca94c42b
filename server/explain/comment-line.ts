import { directiveHelp, directiveValues, directiveWordAt } from '../directive-help';
import { code, type Line } from '../render/answer';
import type { Asked, Explanation } from './explanation';

/** Values shown of a key that takes many. */
const shown = 12;

/** A word of the file's comment line: what its key says and takes; `null`: no such line. */
export function explainCommentLine({ view, line, column }: Asked): Explanation | null {
  const text = view.index.lineText(line);
  const word = directiveWordAt(text, column);
  const key = word?.key.toLowerCase();
  const help = directiveHelp().find((known) => known.key === key);
  if (!word || !help) return null;
  const values = directiveValues(view, help.key);
  const wrong = view.index
    .directives()
    .find((placed) => placed.line === line)
    ?.problems.filter(({ start }) => start === word.start);
  const chosen = values.find(({ value }) => value === word.value);
  return {
    answer: {
      headline: [code(word.value === null ? help.key : `${help.key}=${word.value}`)],
      meaning: [[help.says.replaceAll('`', '')], ...(chosen?.about ? [[chosen.about]] : [])],
      warnings: (wrong ?? []).map(({ message }): Line => [message]),
      table: null,
      everyBit: null,
      notes: values.length === 0 ? [] : [valuesLine(values.map(({ value }) => value))],
      basis: '',
      links: [],
    },
    start: word.start,
    end: word.end,
  };
}

function valuesLine(values: readonly string[]): Line {
  const some = [...new Set(values)].slice(0, shown);
  const more = values.length > shown ? ' …' : '';
  return [
    'Takes ',
    ...some.flatMap((value, at) => (at === 0 ? [code(value)] : [', ', code(value)])),
    more,
  ];
}
