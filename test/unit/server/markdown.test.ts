import assert from 'node:assert/strict';

import { type Answer, code, strong } from '../../../server/render/answer';
import { answerMarkdown, codeSpan, escapeMarkdown } from '../../../server/render/markdown';
import { answerPlainText } from '../../../server/render/plain-text';

const answer: Answer = {
  headline: [strong('EPT leaf, 4 KiB, r w x'), ' → frame ', code('0x67890')],
  meaning: [['writable now · accessed']],
  warnings: [['bits 49:46 are set <here> | there']],
  table: {
    head: [['bits'], ['field'], ['value'], []],
    rows: [[['51:12'], ['frame'], [code('0x67890')], ['a|b']]],
  },
  everyBit: ['Every bit: ', '63 suppress-#VE 0'],
  notes: [['On other kernels: nothing.']],
  basis: 'EPT because of the event_name.',
  links: [
    { text: 'Walk GPA 0x1', command: 'pagewalk.walkAddress', argument: { address: '(0x1)' } },
  ],
};

describe('answers as Markdown', () => {
  it('puts the answer first, then warnings, then the table, then what was assumed', () => {
    assert.deepEqual(answerMarkdown(answer).split('\n\n'), [
      '**EPT leaf, 4 KiB, r w x** → frame `0x67890`',
      'writable now · accessed',
      '⚠ bits 49:46 are set &lt;here> \\| there',
      '| bits | field | value |  |\n| --- | --- | --- | --- |\n| 51:12 | frame | `0x67890` | a\\|b |',
      'Every bit: 63 suppress-#VE 0',
      'On other kernels: nothing.',
      '*EPT because of the event_name.*',
    ]);
  });

  it('offers commands only where the client runs them', () => {
    assert.doesNotMatch(answerMarkdown(answer), /command:/);
    assert.match(
      answerMarkdown(answer, true),
      /\[Walk GPA 0x1\]\(command:pagewalk\.walkAddress\?%5B%7B%22address%22%3A%22%280x1%29%22%7D%5D\)$/,
    );
  });

  it('leaves no mark of a text untouched', () => {
    assert.equal(
      escapeMarkdown('[x](command:y) *a* `b` <img src=x> $(zap) _c_ a_b\nd'),
      '\\[x\\](command:y) \\*a\\* \\`b\\` &lt;img src=x> \\$(zap) \\_c\\_ a_b d',
    );
    assert.equal(escapeMarkdown('# no heading'), '\\# no heading');
    assert.equal(escapeMarkdown('- no list'), '\\- no list');
  });

  it('sets code that holds back ticks', () => {
    assert.equal(codeSpan('a`b'), '``a`b``');
    assert.equal(codeSpan('`'), '`` ` ``');
  });

  it('ends no table cell within code', () => {
    const bar = { ...answer, table: { head: [['x']], rows: [[[code('a|b')]]] } };
    assert.match(answerMarkdown(bar), /\| `a\\\|b` \|/);
  });
});

describe('answers as plain text', () => {
  it('says the same without marks, in aligned columns', () => {
    assert.equal(
      answerPlainText(answer),
      [
        'EPT leaf, 4 KiB, r w x → frame 0x67890',
        'writable now · accessed',
        '',
        '! bits 49:46 are set <here> | there',
        '',
        'bits   field  value',
        '51:12  frame  0x67890  a|b',
        '',
        'Every bit: 63 suppress-#VE 0',
        '',
        'On other kernels: nothing.',
        '',
        'EPT because of the event_name.',
      ].join('\n'),
    );
  });
});
