import assert from 'node:assert/strict';

import { accessText, type AskedAccess } from '../../../client/walks/asked-access';
import { childrenOf, parentOf, walkNode, type WalksNode } from '../../../client/walks/walk-nodes';
import type { AccessReply, WalkReply } from '../../../server/protocol';

const reply: AccessReply = {
  question: 'write, user',
  allowed: false,
  summary: 'faults: #PF, error code 0x7',
  why: 'read-only at level 2',
  fault: { name: 'error code', value: '0x7', markdown: '' },
  decidedBy: { entryAddress: '0x2018', bits: [1], why: 'R/W is 0 at level 2' },
  sets: [],
};
const asked: AskedAccess = {
  id: 'walk-1/access-2',
  question: { access: 'write', options: {} },
  reply,
};

const walk: WalkReply = {
  address: '0x1000',
  status: 'mapped',
  physical: '0x5000',
  pageSize: 4096,
  summary: '',
  root: '0x1000',
  format: 'guest64',
  levels: 4,
  rows: [],
  findings: [],
  accesses: [],
  dumpCommands: [],
};

describe('an access under its walk', () => {
  it('stands under the walk, with what decides below it', () => {
    const question = { uri: 'file:///x', address: '0x1000' };
    const root = walkNode({ id: 'walk-1', question, reply: walk, stale: false, accesses: [asked] });
    const [access, ...others] = childrenOf(root);
    assert.deepEqual(others, []);
    assert.equal(access!.kind, 'access');
    const [detail] = childrenOf(access!) as (WalksNode & { kind: 'access-detail' })[];
    assert.equal(detail!.detail.text, 'R/W is 0 at level 2 (bit 1)');
    assert.equal(parentOf(detail!)?.id, access!.id);
    assert.equal(parentOf(access!)?.id, 'walk-1');
    assert.equal(parentOf(root), undefined);
  });

  it('is copied with its reason', () => {
    assert.equal(
      accessText(asked),
      'write, user: faults: #PF, error code 0x7: read-only at level 2\n' +
        '  R/W is 0 at level 2 (bit 1), entry at 0x2018\n',
    );
  });

  it('tells the flags that the CPU would set', () => {
    const sets = [
      { entryAddress: '0x4000', before: '0x5027', after: '0x5067', summary: 'sets bit 6' },
    ];
    const text = accessText({
      ...asked,
      reply: { ...reply, allowed: true, summary: 'allowed', decidedBy: null, sets },
    });
    assert.match(text, /sets bit 6: 0x5027 → 0x5067, entry at 0x4000/);
  });
});
