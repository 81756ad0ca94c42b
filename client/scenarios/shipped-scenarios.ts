/** A scenario that comes with the extension. */
export interface ShippedScenario {
  /** Its file is `samples/scenarios/NAME.pagewalk.json`, its page `docs/scenarios/NAME.md`. */
  readonly name: string;
  readonly title: string;
  /** What it runs on. */
  readonly machine: string;
}

/** The scenarios of `samples/scenarios`: extension files can be read in a browser, but not listed. */
export const shippedScenarios: readonly ShippedScenario[] = [
  { name: 'first-faults', title: 'First faults', machine: 'Linux 6.1, EPT' },
  {
    name: 'dirty-log-split',
    title: 'A huge page is split under dirty logging',
    machine: 'Linux 6.1, EPT',
  },
  { name: 'zap-with-yields', title: 'A zap that yields', machine: 'Linux 6.1, EPT' },
  {
    name: 'mmio-generation',
    title: 'MMIO entries and their generation',
    machine: 'Linux 6.1, EPT',
  },
  {
    name: 'rfc-disconnected-table',
    title: 'The disconnected table of the RFC',
    machine: 'RFC of September 2019, EPT',
  },
  {
    name: 'access-tracking',
    title: 'Access tracking without A and D bits',
    machine: 'Linux 6.1, EPT without A and D bits',
  },
  {
    name: 'two-dimensions',
    title: "A guest's own tables over EPT",
    machine: 'Linux 6.1, EPT under a 64-bit guest',
  },
  {
    name: 'stage2-break-before-make',
    title: 'Break-before-make under dirty logging',
    machine: 'Linux 6.12, arm64 stage 2',
  },
  {
    name: 'stage2-concatenated-root',
    title: 'A concatenated stage-2 root',
    machine: 'Linux 6.12, arm64 stage 2',
  },
  {
    name: 'shadow-quadrants',
    title: 'Quadrants of a 32-bit guest',
    machine: 'Linux 6.1, shadow paging',
  },
  { name: 'shadow-unsync', title: 'Unsync and sync', machine: 'Linux 6.1, shadow paging' },
  {
    name: 'rmap-growth',
    title: 'An rmap grows and shrinks',
    machine: 'Linux 6.4, shadow paging',
  },
  { name: 'rmap-compaction', title: 'rmaps as they were', machine: 'Linux 5.14, shadow paging' },
  {
    name: 'split-cache-before',
    title: 'Eager splitting with the old split cache',
    machine: 'Linux 6.0, nested NPT',
  },
  {
    name: 'split-cache-after',
    title: 'Eager splitting with the new split cache',
    machine: 'Linux 6.0, nested NPT',
  },
];
