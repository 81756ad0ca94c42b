import assert from 'node:assert/strict';
import { decodeEntry } from '../../../src-core/kvm/decode';
import { parseCpuConfig } from '../../../src-core/paging/cpu';
import type { DecodedEntry, FactValue } from '../../../src-core/paging/decoded-entry';
import { findEntryFormat } from '../../../src-core/paging/entry-format';
import { formatWord, parseWord } from '../../../src-core/word';
import { type SpteVector, spteVectors } from '../../golden/vectors';

/** A fact as the vector files write it: words as `0x…`. */
function written(value: FactValue | undefined): unknown {
  return JSON.parse(
    JSON.stringify(value ?? null, (_key, part: unknown) =>
      typeof part === 'bigint' ? formatWord(part) : part,
    ),
  );
}

function decodeVector(vector: SpteVector): DecodedEntry {
  const { config, problems } = parseCpuConfig(vector.config);
  assert.deepEqual(problems, []);
  const entry = decodeEntry({
    value: parseWord(vector.value)!,
    format: findEntryFormat(vector.format)!.name,
    level: vector.level,
    cpu: config,
    ...(vector.kernel === null ? {} : { kernel: vector.kernel }),
    // Never merged: no kernel version stands for it.
    ...(vector.era === 'rfc-2019' ? { layout: vector.era } : {}),
  });
  assert.ok('kind' in entry, 'problem' in entry ? entry.problem : '');
  return entry;
}

describe('vectors of worked decodes', () => {
  const all = spteVectors();
  for (const era of new Set(all.map((vector) => vector.era))) {
    const vectors = all.filter((vector) => vector.era === era);
    it(`${era}: ${vectors.length} entries, every asserted fact`, () => {
      for (const vector of vectors) {
        const entry = decodeVector(vector);
        if (era !== 'hardware') assert.equal(entry.layout, era, vector.id);
        for (const [fact, expected] of Object.entries(vector.expect)) {
          assert.deepEqual(
            written(entry.facts[fact]),
            expected,
            `${vector.id} ${fact}: ${vector.why}`,
          );
        }
        assert.equal(entry.kind, vector.expect['kind'], vector.id);
      }
    });
  }
});
