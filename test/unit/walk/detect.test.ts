import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { FrameStore } from '../../../src-core/memory/frame-store';
import { FrameStore as Store } from '../../../src-core/memory/frame-store';
import { mergeMemories } from '../../../src-core/memory/merge-memories';
import { indexedImage } from '../../../src-core/memory/raw-image';
import { TextIndex } from '../../../src-core/text/index';
import { findEntryFormat } from '../../../src-core/paging/entry-format';
import { detectTables } from '../../../src-core/walk/detect';
import { fixturePlace, jsonFiles, sharedPlace } from '../../golden/places';

/** A memory, and what its tables are. */
interface Known {
  readonly name: string;
  readonly memory: () => FrameStore;
  readonly root: bigint;
  readonly format: string;
  readonly levels: number;
}

interface Meta {
  readonly format: string;
  readonly kvm_parameters?: Readonly<Record<string, string>>;
  readonly roots?: readonly { readonly root: string; readonly level: number }[];
  readonly host?: { readonly cr3: string; readonly levels: number };
}

const textMemory = (file: string) => (): FrameStore => new TextIndex(readFileSync(file)).memory;

/** Pages of an index by their address in the host, or in the guest where that is what tables hold. */
const imageMemory = (index: string, by: 'hpa' | 'gpa') => (): FrameStore => {
  const { pages } = JSON.parse(readFileSync(index, 'utf8')) as {
    pages: (Record<'hpa' | 'gpa', string> & { file_offset: number })[];
  };
  const image = readFileSync(index.replace(/json$/, 'bin'));
  return indexedImage(
    image,
    pages.map((page) => ({ address: BigInt(page[by]), fileOffset: page.file_offset })),
  ).memory;
};

function formatOf({ format, kvm_parameters: parameters }: Meta): string {
  if (format.startsWith('EPT')) return parameters?.['kvm_intel.eptad'] === 'N' ? 'ept-noad' : 'ept';
  if (format.startsWith('NPT')) return 'npt64';
  return format.startsWith('shadow-64') ? 'shadow64' : 'pae';
}

const guestFormats: Readonly<Record<string, readonly [string, number]>> = {
  '4-level': ['guest64', 4],
  PAE: ['guest-pae', 3],
  '32-bit two-level (4-byte entries, PSE)': ['guest32', 2],
};

function ofRun(folder: string, run: string): Known[] {
  const file = (...parts: string[]): string => path.join(folder, ...parts);
  const meta = JSON.parse(readFileSync(file('meta.json'), 'utf8')) as Meta;
  const known: Known[] = [];
  const add = (
    name: string,
    memory: () => FrameStore,
    root: string,
    format: string,
    levels: number,
  ) => known.push({ name: `${run}/${name}`, memory, root: BigInt(root), format, levels });
  for (const { root, level } of meta.roots ?? []) {
    add('tables.json', imageMemory(file('tables.json'), 'hpa'), root, formatOf(meta), level);
    for (const text of ['tables.xp.txt', 'tables.hexdump-C.txt'].filter((name) =>
      existsSync(file(name)),
    )) {
      add(text, textMemory(file(text)), root, formatOf(meta), level);
    }
  }
  if (existsSync(file('guest-tables.json'))) {
    const { cr3, guest_paging: paging } = JSON.parse(
      readFileSync(file('guest-tables.json'), 'utf8'),
    ) as Record<'cr3' | 'guest_paging', string>;
    const [format, levels] = guestFormats[paging]!;
    add('guest-tables.json', imageMemory(file('guest-tables.json'), 'gpa'), cr3, format, levels);
  }
  if (meta.host) {
    const { cr3, levels } = meta.host;
    const image = file('host', 'host-tables.json');
    add('host/host-tables.json', imageMemory(image, 'hpa'), cr3, 'guest64', levels);
    add(
      'host/host-tables.xp.txt',
      textMemory(file('host', 'host-tables.xp.txt')),
      cr3,
      'guest64',
      levels,
    );
  }
  return known;
}

interface ArmImage {
  readonly mode: 'stage1' | 'stage2' | 'stage1+2';
  readonly granule: number;
  readonly start_level?: number;
  readonly stage2_start_level?: number;
  /** A file; or, in the small set, only the words that its walks read: too little to detect from. */
  readonly memory: string | readonly unknown[];
  readonly registers: Readonly<Record<'TTBR0_EL1' | 'VTTBR_EL2', string>>;
}

const qemuModes: Readonly<Record<string, readonly [string, number]>> = {
  la48: ['guest64', 4],
  la57: ['guest64', 5],
  pae: ['guest-pae', 3],
  legacy32: ['guest32', 2],
  legacy32_pse: ['guest32', 2],
};

function qemuImages(folder: string): Known[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const { mode, memory, registers } = JSON.parse(
        readFileSync(path.join(folder, name), 'utf8'),
      ) as { mode: string; memory: string; registers: { CR3: string } };
      const [format, levels] = qemuModes[mode]!;
      const root = BigInt(registers.CR3) & ~0xfffn;
      return { name, memory: textMemory(path.join(folder, memory)), root, format, levels };
    });
}

function capturedTables(): Known[] {
  const place = sharedPlace('captures', 'x86');
  if (place === undefined) {
    const sample = path.join('samples', 'npt-6.1.xp');
    return [
      {
        name: sample,
        memory: textMemory(sample),
        root: 0x103b30000n,
        format: 'npt64',
        levels: 4,
      },
    ];
  }
  return readdirSync(place, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => ofRun(path.join(place, name), name));
}

function checkFirst({ memory, root, format, levels }: Known): void {
  const [first] = detectTables(memory()).roots;
  assert.ok(first);
  assert.deepEqual([first.address, first.format, first.levels], [root, format, levels]);
  assert.ok(first.score > 0.4 && first.score <= 1, `score ${first.score}`);
  assert.ok(first.evidence.length >= 2);
  const named = detectTables(memory(), { format: findEntryFormat(format)! }).roots[0];
  assert.deepEqual([named?.address, named?.levels], [root, levels], 'with the format given');
}

describe('detection of root, format and levels', () => {
  for (const known of capturedTables()) it(known.name, () => checkFirst(known));
});

describe('detection in images that QEMU judged', () => {
  const place = sharedPlace('external', 'qemu-x86') ?? fixturePlace('qemu-x86');
  for (const known of qemuImages(place)) it(known.name, () => checkFirst(known));
});

describe('detection of arm64 tables that QEMU walked', () => {
  const place = sharedPlace('external', 'qemu-arm64') ?? fixturePlace('arm64', 'qemu');
  for (const { name, read } of jsonFiles(place)) {
    const image = read() as ArmImage;
    // In two stages, the first one's tables are placed by the second: no tree of this memory.
    const stage2 = image.mode !== 'stage1';
    const root = stage2 ? image.registers.VTTBR_EL2 : image.registers.TTBR0_EL1;
    if (typeof image.memory !== 'string') continue;
    const file = path.join(place, image.memory);
    if (!existsSync(file)) continue;
    it(name, () => {
      const granule = `${image.granule / 1024}K` as '4K' | '16K' | '64K';
      const { roots } = detectTables(textMemory(file)(), { cpu: { granule } });
      const format = stage2 ? 'arm64-s2' : 'arm64-s1';
      const found = roots.find(({ address }) => address === BigInt(root));
      assert.deepEqual(
        [found?.format, found?.levels],
        [format, 4 - (image.stage2_start_level ?? image.start_level!)],
      );
      if (image.mode !== 'stage1+2') assert.equal(roots[0], found);
    });
  }
});

describe('detection where there is more than one tree, or none', () => {
  const place = sharedPlace('captures', 'x86', 'npt-6.1');
  if (place !== undefined) {
    it('a host and its guest in one memory: both roots, each in its format', () => {
      const trees = ofRun(place, 'npt-6.1').filter(({ name }) =>
        /\/(host-)?tables\.json/.test(name),
      );
      const { memory } = mergeMemories(trees.map((tree) => tree.memory()));
      const { roots } = detectTables(memory);
      for (const { root, format } of trees) {
        assert.equal(roots.find(({ address }) => address === root)?.format, format);
      }
    });
  }
  it('an empty memory', () => assert.deepEqual(detectTables(new Store()).roots, []));
  it('zeros', () => {
    const memory = new Store();
    memory.known.markWhole(memory.ensure(1));
    assert.deepEqual(detectTables(memory).roots, []);
  });
});
