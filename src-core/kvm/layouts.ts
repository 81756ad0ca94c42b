import type { EraRow } from './era-row';
import { rfc2019, v411, v419, v51 } from './eras/v4-11';
import { v44, v47 } from './eras/v4-4';
import { v510, v512 } from './eras/v5-10';
import { v513, v519 } from './eras/v5-13';
import { v54, v56, v58 } from './eras/v5-4';
import { v610, v611 } from './eras/v6-10';
import { v613, v72 } from './eras/v6-13';
import {
  compareKernelVersions,
  formatKernelVersion,
  type KernelVersion,
  parseKernelVersion,
} from './kernel-version';

/** Every era of merged kernels, oldest first: a new one is its row and a line here. */
export const eras: readonly EraRow[] = [
  v44,
  v47,
  v411,
  v419,
  v51,
  v54,
  v56,
  v58,
  v510,
  v512,
  v513,
  v519,
  v610,
  v611,
  v613,
  v72,
];

/** Layouts that only a name asks for. */
const unmerged: readonly EraRow[] = [rfc2019];

/** Names under which a layout may be asked for. */
export const layoutNames: readonly string[] = [...eras, ...unmerged].map((era) => era.name);

/** The layout of that name; letters in any case, a leading `v` may be missing. */
export function findLayout(name: string): EraRow | undefined {
  const wanted = name.trim().toLowerCase();
  return [...eras, ...unmerged].find((era) => era.name === wanted || era.name === `v${wanted}`);
}

function withoutCandidate(version: string): string {
  return `v${version.replace(/-rc\d+$/, '')}`;
}

/** One label for eras, neighbours joined: `v5.13 – v6.9`. Oldest first. */
export function eraSpan(some: readonly EraRow[]): string {
  const runs: EraRow[][] = [];
  for (const era of some) {
    const run = runs.at(-1);
    const before = eras[eras.indexOf(era) - 1];
    if (run && before !== undefined && run.at(-1) === before) run.push(era);
    else runs.push([era]);
  }
  return runs
    .map((run) => {
      const first = run[0]!;
      const last = run.at(-1)!;
      if (run.length === 1) return first.span;
      const begin = withoutCandidate(first.from);
      return last.last === null ? `${begin} and later` : `${begin} – v${last.last}`;
    })
    .join(', ');
}

/** A kernel's layout, and what is doubtful about the choice. */
export interface LayoutChoice {
  readonly era: EraRow;
  readonly note: string | null;
}

function startsAt(era: EraRow): KernelVersion {
  return parseKernelVersion(era.from)!;
}

/** Whether a stable kernel got this era's layout by backports. */
function backported(era: EraRow, version: KernelVersion): boolean {
  return (era.stable ?? []).some((text) => {
    const since = parseKernelVersion(text)!;
    return (
      since.major === version.major &&
      since.minor === version.minor &&
      version.patch !== null &&
      version.patch >= since.patch!
    );
  });
}

/** The layout of a kernel's release; older than all known ones: the oldest, with a note. */
export function layoutForVersion(version: KernelVersion): LayoutChoice {
  const byBackport = eras.find((era) => backported(era, version));
  if (byBackport) return { era: byBackport, note: byBackport.caveat };
  const begun = eras.filter((era) => compareKernelVersions(startsAt(era), version) <= 0);
  const era = begun.at(-1);
  if (!era) {
    const note = `${formatKernelVersion(version)} is older than every layout known here: read as ${eras[0]!.span}`;
    return { era: eras[0]!, note };
  }
  return { era, note: era.caveat };
}

/** The layout of a kernel named by its version's text; `undefined`: that is no version. */
export function layoutForKernel(kernel: string): LayoutChoice | undefined {
  const version = parseKernelVersion(kernel);
  return version && layoutForVersion(version);
}
