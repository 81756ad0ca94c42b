import assert from 'node:assert/strict';

import { directiveEdit } from '../../../client/file-directive';
import { parseDirective } from '../../../src-core/text/directive';

describe("a change of a file's comment line", () => {
  it('is a new first line where there is none', () => {
    assert.deepEqual(directiveEdit(['(qemu) xp /2gx 0x1000'], { format: 'ept' }), {
      line: null,
      text: '# pagewalk: format=ept',
    });
  });

  it('keeps what the line says of other things, and its comment sign', () => {
    const lines = ['a dump', '  // pagewalk: format=ept root=0x1000 maxphyaddr=46'];
    assert.deepEqual(directiveEdit(lines, { format: 'npt64', kernel: '6.1' }), {
      line: 1,
      text: '  // pagewalk: root=0x1000 maxphyaddr=46 format=npt64 kernel=6.1',
    });
  });

  it('takes out what is to be found out again', () => {
    const lines = ['# pagewalk: format=ept kernel=5.10'];
    assert.deepEqual(directiveEdit(lines, { kernel: 'auto' }), {
      line: 0,
      text: '# pagewalk: format=ept',
    });
  });

  it('is what the reader of such lines reads', () => {
    const { text } = directiveEdit([], { format: 'npt64', root: '0x103b30000', level: '4' });
    const parsed = parseDirective(text);
    assert.ok(parsed);
    assert.deepEqual(parsed.problems, []);
    assert.equal(parsed.directive.format?.name, 'npt64');
    assert.equal(parsed.directive.root, 0x103b30000n);
    assert.equal(parsed.directive.level, 4);
  });

  it('changes the first such line only', () => {
    const lines = ['# pagewalk: kernel=5.10', '# pagewalk: kernel=5.13'];
    assert.deepEqual(directiveEdit(lines, { kernel: '6.1' }), {
      line: 0,
      text: '# pagewalk: kernel=6.1',
    });
  });
});
