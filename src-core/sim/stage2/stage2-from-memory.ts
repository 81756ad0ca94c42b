import { kvmStage2Row } from '../../kvm/arm64-software-bits';
import { parseKernelVersion } from '../../kvm/kernel-version';
import type { WordSource } from '../../memory/word-source';
import { granuleOf } from '../../paging/arm64-granule';
import { stage2Layout } from '../../paging/arm64-stage2-layout';
import { cpuConfigJson, type CpuConfig } from '../../paging/cpu';
import { formatWord } from '../../word';
import { Descriptors, type DescriptorSetting } from './descriptors';
import { FoundStage2Tables } from './found-stage2-tables';
import { hexNumber, Stage2Geometry } from './geometry';
import { guessStage2Slots } from './guess-stage2-slots';
import { helpersOf } from './stage2-setup';
import { foldedWalkerForm, walkerFormOf } from './walker-form';

/** A stage 2 in somebody's memory, and how it is to be read. */
export interface Stage2ToSimulate {
  readonly memory: WordSource;
  readonly root: number;
  readonly levels: number;
  readonly ipaBits: number;
  /** A version. */
  readonly kernel: string;
  readonly cpu: CpuConfig;
  readonly source: string;
  readonly assumed: readonly string[];
}

/** More tables than a text in an editor should hold. */
const mostTables = 1024;

/**
 * A scenario that begins with a stage 2 as a dump has it. Its slots are guessed from what it maps.
 * @returns a scenario's JSON, or a sentence that says why there is none
 */
export function stage2FromMemory(
  given: Stage2ToSimulate,
): { json: Record<string, unknown> } | { problem: string } {
  const { kernel, ipaBits, levels, root, cpu, memory } = given;
  const version = parseKernelVersion(kernel);
  if (!version) return { problem: `'${kernel}' is no kernel version.` };
  const granule = granuleOf(cpu);
  const layout = stage2Layout({ granule: granule.name, ipaBits, form: helpersOf(version) });
  if ('problem' in layout) return { problem: `${layout.problem}.` };
  if (layout.levels !== levels) {
    return {
      problem: `KVM makes ${layout.levels} levels for ${ipaBits}-bit IPAs with ${granule.name} pages; these tables have ${levels}.`,
    };
  }
  const geometry = new Stage2Geometry(layout);
  if (root % (geometry.rootPages * geometry.pageBytes) !== 0) {
    return { problem: `The root is not aligned to its ${geometry.rootPages} tables.` };
  }
  const lpa2 = cpu.lpa2 === true && granule.name !== '64K';
  const { marksBroken } = walkerFormOf(version) ?? foldedWalkerForm;
  const { row } = kvmStage2Row(kernel)!;
  const read = (fwb: boolean): FoundStage2Tables => {
    const setting: DescriptorSetting = { granule, lpa2, fwb, row, marksBroken };
    const found = new FoundStage2Tables(memory, geometry, new Descriptors(setting), mostTables);
    found.run(root);
    return found;
  };
  // Leaves with MemAttr 6 are from a host with FWB, 15 from one without: facts of KVM's own constants.
  const plain = read(cpu.fwb === true);
  const forced = cpu.fwb === undefined && !plain.leaves.some(({ cacheable }) => cacheable);
  const found = forced ? read(true) : plain;
  const fwb = cpu.fwb ?? (forced && found.leaves.some(({ cacheable }) => cacheable));
  if (found.tables.length === 0) {
    return { problem: 'Nothing of the root table is known: a walk could not even begin.' };
  }
  if (found.shared !== null) {
    return {
      problem: `More than one entry leads to the table at ${hexNumber(found.shared)}: KVM makes no such tables.`,
    };
  }
  const facts = cpuConfigJson({
    ...(lpa2 && { lpa2 }),
    ...(fwb && { fwb }),
    ...(cpu.hardwareAccessFlag !== undefined && { hardwareAccessFlag: cpu.hardwareAccessFlag }),
  });
  return {
    json: {
      title: `From ${given.source}`,
      about: [...given.assumed, ...limitsOf(found)].join(' ').replaceAll('–', '-'),
      machine: {
        mmu: 'stage2',
        kernel,
        granule: granule.name,
        ipaBits,
        ...(Object.keys(facts).length > 0 && { cpu: facts }),
        root: hexNumber(root),
        firstTable: hexNumber(Math.ceil(found.end / geometry.pageBytes) * geometry.pageBytes),
      },
      slots: guessStage2Slots(found.leaves, geometry),
      tables: found.tables.map(({ pa, entries }) => ({
        pa: hexNumber(pa),
        entries: entries.map(([index, value]) => [index, formatWord(value)]),
      })),
      run: [],
    },
  };
}

/** What is guessed, and what is not known. */
function limitsOf({ missingTables, leftOut, unknownEntries }: FoundStage2Tables): string[] {
  const said: [boolean, string][] = [
    [true, 'The slots are a guess from what the tables map.'],
    [
      missingTables > 0,
      `${missingTables} tables are not known: where a walk goes to one of them the machine stops.`,
    ],
    [leftOut > 0, `${leftOut} tables beyond ${mostTables} are left out, as if not known.`],
    [unknownEntries > 0, `${unknownEntries} entries that nobody showed are taken for empty.`],
  ];
  return said.filter(([holds]) => holds).map(([, sentence]) => sentence);
}
