import { parseKernelVersion } from '../../kvm/kernel-version';
import { kvmStage2Row } from '../../kvm/arm64-software-bits';
import type { GranuleName } from '../../paging/arm64-granule';
import {
  type GeometryForm,
  geometryForms,
  type Stage2Layout,
  stage2Layout,
} from '../../paging/arm64-stage2-layout';
import type { CpuConfig } from '../../paging/cpu';
import type { JsonPlace } from '../json-place';
import { allocatorNames, readAllocator, readCpu } from '../machine-json';
import type { AllocatorSetup } from '../table-allocator';
import { Stage2Geometry } from './geometry';
import { readStage2Slots } from './read-stage2-slots';
import { readStage2Tables } from './read-stage2-tables';
import { helpersOf, type Stage2Setup } from './stage2-setup';
import { foldedWalkerForm, walkerFormOf } from './walker-form';

export const granuleNames: readonly GranuleName[] = ['4K', '16K', '64K'];

export const stage2MachineNames: readonly string[] = [
  'mmu',
  'kernel',
  'helpers',
  'granule',
  'ipaBits',
  'cpu',
  'root',
  ...allocatorNames,
  'rangeTlbi',
  'dic',
  'splitChunk',
];

/** `KVM_PHYS_SHIFT` */
const usualIpaBits = 40;

/** The machine of a scenario; undefined after noting what is wrong with it. */
export function readStage2Setup(top: JsonPlace): Stage2Setup | undefined {
  const machine = top.member('machine');
  machine.knowsOnly(stage2MachineNames);
  const version = readKernel(machine.member('kernel'));
  const cpu = readCpu(machine.member('cpu'));
  const form = version && readForm(machine.member('helpers'), helpersOf(version));
  const layout = form && readLayout(machine, form, cpu);
  if (!version || !layout) return undefined;
  const kernel = String(machine.member('kernel').value);
  const geometry = new Stage2Geometry(layout);
  const walker = walkerFormOf(version) ?? foldedWalkerForm;
  const { row } = kvmStage2Row(kernel)!;
  const places = readPlaces(machine, geometry);
  const descriptors = {
    granule: layout.granule,
    lpa2: cpu.lpa2 === true && layout.granule.name !== '64K',
    fwb: cpu.fwb === true,
    row,
    marksBroken: walker.marksBroken,
  };
  const listed = top.member('tables');
  if (listed.present && !machine.member('root').present) {
    machine.member('root').fail('tables are stated, but no root');
  }
  const setup: Stage2Setup = {
    kernel,
    version,
    layout,
    walker,
    descriptors,
    rangeTlbi: machine.member('rangeTlbi').flag(false) ?? false,
    dic: machine.member('dic').flag(false) ?? false,
    hardwareAccessFlag: cpu.hardwareAccessFlag ?? true,
    splitChunk: readChunk(machine.member('splitChunk'), geometry, walker.eagerSplit),
    ...places,
    slots: readStage2Slots(top.member('slots'), geometry),
    tables: readStage2Tables(listed, geometry, descriptors, places.root),
  };
  return top.problems.length > 0 ? undefined : setup;
}

function readKernel(place: JsonPlace) {
  const text = place.text();
  if (text === undefined) return undefined;
  const version = parseKernelVersion(text);
  if (!version) place.fail(`'${text}' is no kernel version`);
  return version;
}

/** Which helpers: those of the kernel, or for an old one those as they were posted. */
function readForm(place: JsonPlace, usual: GeometryForm): GeometryForm | undefined {
  const form = place.choice(geometryForms, usual);
  if (form === undefined || (form === 'current') === (usual === 'current')) return form;
  place.fail(
    usual === 'current'
      ? 'since v5.10 KVM has a walker of its own: current'
      : 'before v5.10 KVM used the host’s helpers: v4.20, or seed as they were posted in 2018',
  );
  return undefined;
}

function readLayout(
  machine: JsonPlace,
  form: GeometryForm,
  cpu: CpuConfig,
): Stage2Layout | undefined {
  const granule = machine.member('granule').choice(granuleNames, '4K') ?? '4K';
  const width = machine.member('ipaBits');
  const ipaBits = width.count(32, 52, usualIpaBits);
  if (ipaBits === undefined) return undefined;
  const layout = stage2Layout({ granule, ipaBits, form });
  if ('problem' in layout) {
    width.fail(layout.problem);
    return undefined;
  }
  if (ipaBits > 48 && granule !== '64K' && cpu.lpa2 !== true) {
    width.fail(`more than 48 bits with ${granule} pages need LPA2: cpu.lpa2`);
    return undefined;
  }
  if (layout.levels < 2) {
    width.fail('the posted helpers make one level of it, but none of them folds the pmd');
    return undefined;
  }
  return layout;
}

/** Where root and tables lie. The root's tables lie one after another, aligned to their size. */
function readPlaces(
  machine: JsonPlace,
  geometry: Stage2Geometry,
): { root: number; allocator: AllocatorSetup } {
  const { pageBytes, rootPages } = geometry;
  const rootBytes = pageBytes * rootPages;
  const given = readAllocator(machine);
  const place = machine.member('root');
  const root = place.address(52, Math.ceil(given.first / rootBytes) * rootBytes) ?? 0;
  if (root % rootBytes !== 0) {
    place.fail(`the root has ${rootPages} tables: a multiple of 0x${rootBytes.toString(16)}`);
  }
  const aligned = Math.ceil(given.first / pageBytes) * pageBytes;
  const inRoot = aligned < root + rootBytes && aligned >= root;
  for (const address of given.addresses) {
    if (address % pageBytes !== 0) {
      machine.member('tableAddresses').fail(`tables are ${pageBytes} bytes and aligned to them`);
    }
  }
  return {
    root,
    allocator: { ...given, first: inRoot ? root + rootBytes : aligned, pageBytes },
  };
}

/** Chunks are as large as blocks. Source: Linux 6.12 `mmu.c` `kvm_vm_ioctl_enable_cap()`. */
function readChunk(place: JsonPlace, geometry: Stage2Geometry, splits: boolean): number {
  const chunk = place.address(52, 0) ?? 0;
  if (chunk === 0) return 0;
  if (!splits) place.fail('splitting ahead of time came with v6.5');
  const sizes = [1, 2, 3].filter((level) => level >= geometry.blockLevel);
  if (!sizes.some((level) => geometry.size(level) === chunk)) {
    const known = sizes.map((level) => `0x${geometry.size(level).toString(16)}`);
    place.fail(`a chunk is as large as a block or a page: ${known.join(', ')}`);
  }
  return chunk;
}
