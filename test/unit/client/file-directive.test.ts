import assert from 'node:assert/strict';

import { directiveEdit } from '../../../client/file-directive';

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

  it('changes the first such line only', () => {
    const lines = ['# pagewalk: kernel=5.10', '# pagewalk: kernel=5.13'];
    assert.deepEqual(directiveEdit(lines, { kernel: '6.1' }), {
      line: 0,
      text: '# pagewalk: kernel=6.1',
    });
  });
});
