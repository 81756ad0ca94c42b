import assert from 'node:assert/strict';

import { directiveEdit, type DirectiveValues } from '../../../server/directive-edit';
import { TextIndex } from '../../../src-core/index';

/** The text after the edit; the text as it was where none is needed. */
function edited(text: string, values: DirectiveValues): string {
  const edit = directiveEdit(new TextIndex(text, 'file:///x'), values);
  if (!edit) return text;
  const lines = text.split('\n');
  const { start, end } = edit.range;
  assert.equal(start.line, end.line);
  const line = lines[start.line]!;
  lines[start.line] = line.slice(0, start.character) + edit.newText + line.slice(end.character);
  return lines.join('\n');
}

describe('a file’s comment line', () => {
  const rows: readonly (readonly [string, string, DirectiveValues, string])[] = [
    ['is written at the top', 'x\n', { format: 'ept' }, '# pagewalk: format=ept\nx\n'],
    [
      'keeps what else it says',
      '# pagewalk: maxphyaddr=46 format=npt64\n',
      { format: 'ept' },
      '# pagewalk: maxphyaddr=46 format=ept\n',
    ],
    [
      'names a kernel or a layout, not both',
      '// pagewalk: kernel=6.1 level=4\n',
      { layout: 'v5.13-v5.18' },
      '// pagewalk: level=4 layout=v5.13-v5.18\n',
    ],
    [
      'knows other names of a key',
      '; pagewalk: levels=4\n',
      { level: '5' },
      '; pagewalk: level=5\n',
    ],
    [
      'lets a value go',
      '# pagewalk: kernel=6.1 root=0x1000\n',
      { kernel: null },
      '# pagewalk: root=0x1000\n',
    ],
    [
      'keeps the end of a comment',
      '/* pagewalk: format=ept */\n',
      { root: '0x1' },
      '/* pagewalk: format=ept root=0x1 */\n',
    ],
    [
      'is the last one, which counts',
      '# pagewalk: level=4\n# pagewalk: level=3\n',
      { level: '5' },
      '# pagewalk: level=4\n# pagewalk: level=5\n',
    ],
  ];
  for (const [what, text, values, expected] of rows) {
    it(what, () => {
      assert.equal(edited(text, values), expected);
      const again = directiveEdit(new TextIndex(expected, 'file:///x'), values);
      assert.equal(again, undefined, 'says it already');
    });
  }

  it('is not begun for nothing', () => {
    assert.equal(directiveEdit(new TextIndex('x\n', 'file:///x'), { kernel: null }), undefined);
  });
});
