import assert from 'node:assert/strict';
import { decodeEntry } from '../../../src-core/kvm/decode';
import { fingerprintEras } from '../../../src-core/kvm/era-fingerprint';
import { layoutForKernel } from '../../../src-core/kvm/layouts';
import type { DecodedEntry } from '../../../src-core/paging/decoded-entry';
import { formatWord } from '../../../src-core/word';
import { type Capture, type CapturedTranslation, captures } from '../../golden/captures';

function decoded({ format, kernel }: Capture, level: number, value: string): DecodedEntry {
  // Nothing is said about the CPU, as when a person hovers over a dump.
  const entry = decodeEntry({ value: BigInt(value), format, level, kernel });
  assert.ok('kind' in entry);
  return entry;
}

function checkMapped(capture: Capture, seen: CapturedTranslation): void {
  const entry = decoded(capture, seen.level, seen.leaf_spte!);
  const what = `${capture.run} ${seen.leaf_spte!}`;
  assert.equal(entry.kind, 'leaf', what);
  assert.equal(entry.pageSize, seen.page_size, what);
  assert.equal(entry.address, BigInt(seen.hpa!) & ~BigInt(seen.page_size! - 1), what);
  // Without A/D bits the kernel's notion of accessed is not the bit the capture shows.
  if (capture.format === 'ept-noad') return;
  assert.equal(entry.facts['accessed'], seen.accessed, what);
  assert.equal(entry.facts['dirty'], seen.dirty, what);
  if (seen.memtype !== undefined) {
    assert.equal(entry.facts['memtype'], seen.memtype, what);
    assert.equal(entry.facts['ipat'], seen.ignore_pat, what);
  }
}

function checkMmio(capture: Capture, seen: CapturedTranslation): void {
  const entry = decoded(capture, seen.level, seen.stop_entry!);
  assert.equal(entry.kind, 'mmio', seen.stop_entry);
  const traced = seen.last_mark_mmio_spte;
  if (!traced) return;
  const mmio = entry.facts['mmio'] as unknown as { gfn: bigint; generation: bigint };
  assert.equal(formatWord(mmio.gfn), `0x${traced.gfn}`, seen.stop_entry);
  assert.equal(formatWord(mmio.generation), `0x${traced.gen}`, seen.stop_entry);
}

function checkNotPresent(capture: Capture, seen: CapturedTranslation): void {
  const entry = decoded(capture, seen.level, seen.stop_entry!);
  if (seen.kvm_state?.startsWith('access-tracked')) {
    assert.equal(entry.facts['access_tracked'], true, seen.stop_entry);
    const inPage = BigInt(entry.pageSize! - 1);
    assert.equal(entry.address, BigInt(seen.kvm_frame!) & ~inPage, seen.stop_entry);
  } else {
    assert.ok(['empty', 'not-present', 'frozen', 'removed'].includes(entry.kind), seen.stop_entry);
  }
}

const checks: Readonly<Record<string, typeof checkMapped>> = {
  mapped: checkMapped,
  mmio: checkMmio,
  'not-present': checkNotPresent,
};

describe('captures of real kernels', () => {
  for (const capture of captures()) {
    it(`${capture.run}: the last entry of every translation`, () => {
      for (const seen of capture.translations()) checks[seen.status]?.(capture, seen);
    });

    it(`${capture.run}: the bits tell the era`, () => {
      const tables = capture.tables();
      const count = tables.length * 512;
      const lo = new Uint32Array(count);
      const hi = new Uint32Array(count);
      const level = new Uint8Array(count);
      tables.forEach((table, page) => {
        for (let index = 0; index < 512; index++) {
          lo[page * 512 + index] = table.words[index * 2]!;
          hi[page * 512 + index] = table.words[index * 2 + 1]!;
          level[page * 512 + index] = table.level;
        }
      });
      const { fitting, evidence } = fingerprintEras({ format: capture.format, lo, hi, level });
      const { era } = layoutForKernel(capture.kernel)!;
      assert.ok(
        fitting.includes(era),
        `${era.name} among ${fitting.map(({ name }) => name).join(', ')}: ${evidence.join('; ')}`,
      );
      assert.ok(fitting.length < 8, 'half of the eras are ruled out');
    });
  }
});
