import assert from 'node:assert/strict';

import { entryAnswer } from '../../../server/render/entry';
import { answerMarkdown } from '../../../server/render/markdown';
import { answerPlainText } from '../../../server/render/plain-text';
import { decodeEntry, type DecodeRequest } from '../../../src-core/index';

function answerTo(request: DecodeRequest) {
  const entry = decodeEntry(request);
  assert.ok('fields' in entry);
  return entryAnswer(entry);
}

describe('an entry whose kernel matters', () => {
  // Bits 54:53 say nothing before 5.4, a kind of A/D up to 7.1, host-writable since (facts/x86-kvm.md).
  const place = { value: 0x0060000067890b77n, format: 'ept', level: 1 } as const;

  it('is said before anything else when nobody names one', () => {
    const answer = answerTo(place);
    assert.match(answerMarkdown(answer), /^⚠ \*\*The kernel is not known, and it matters:\*\*/);
    assert.match(answerPlainText(answer), /^! The kernel is not known/);
    assert.doesNotMatch(answerMarkdown({ ...answer, ahead: [] }), /it matters/);
  });

  it('is not mentioned when it is given, or when all kernels agree', () => {
    assert.equal(answerTo({ ...place, kernel: '6.1' }).ahead, undefined);
    assert.equal(answerTo({ ...place, value: 0n }).ahead, undefined);
  });
});
