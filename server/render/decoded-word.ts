import { type DecodedWord, formatWord } from '../../src-core/index';

import { type Answer, code, strong } from './answer';
import { findingLine } from './entry';
import { everyBit, fieldTable } from './field-table';

/** The answer to "what does this register, error code or role say?". */
export function decodedWordAnswer(word: DecodedWord, basis = ''): Answer {
  return {
    headline: [strong(word.title), ' ', code(formatWord(word.value))],
    meaning: [[word.summary]],
    warnings: word.findings.map(findingLine),
    table: fieldTable(word.fields),
    everyBit: everyBit(word.fields),
    notes: [],
    basis,
    links: [],
  };
}
