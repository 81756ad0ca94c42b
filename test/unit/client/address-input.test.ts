import assert from 'node:assert/strict';

import { readAddress } from '../../../client/address-input';

function addressOf(text: string): string {
  const typed = readAddress(text);
  assert.ok('address' in typed, 'problem' in typed ? typed.problem : '');
  return typed.address;
}

function problemOf(text: string): string {
  const typed = readAddress(text);
  assert.ok('problem' in typed);
  return typed.problem;
}

describe('a typed address', () => {
  it('is read with and without 0x, in any case, with blanks around it', () => {
    assert.equal(addressOf('0x1032057F8'), '0x1032057f8');
    assert.equal(addressOf('  1032057f8 '), '0x1032057f8');
    assert.equal(addressOf('0X0000000000001000'), '0x1000');
    assert.equal(addressOf('0'), '0x0');
  });

  it('keeps bit 63', () => {
    assert.equal(addressOf('ffff800000000001'), '0xffff800000000001');
  });

  it('may have the marks that debuggers put between digits', () => {
    assert.equal(addressOf('fffff801`7d400000'), '0xfffff8017d400000');
    assert.equal(addressOf('0xffff_8000_0000_0000'), '0xffff800000000000');
  });

  it('may be given as a frame number', () => {
    assert.equal(addressOf('gfn 1fe'), '0x1fe000');
    assert.equal(addressOf('gfn: 0x100'), '0x100000');
    assert.equal(addressOf('pfn=8000000000000'), '0x8000000000000000');
  });

  it('says how it was understood', () => {
    const typed = readAddress('1032057f8');
    assert.ok('note' in typed);
    assert.equal(typed.note, 'frame number 0x103205, offset 0x7f8 in its 4 KiB page');
  });

  it('says what is wrong with it', () => {
    assert.match(problemOf(''), /hexadecimal/);
    assert.match(problemOf('0x'), /hexadecimal/);
    assert.match(problemOf('12g4'), /'g' is no hexadecimal digit/);
    assert.match(problemOf('10000000000000000'), /17 digits/);
    assert.match(problemOf('gfn 10000000000000'), /more than 64 bits/);
  });

  it('may be padded beyond 16 digits', () => {
    assert.equal(addressOf('0x00000000000000001000'), '0x1000');
  });
});
