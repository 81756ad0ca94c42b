/** Why something happened, in one clause. Events keep the name, what is shown is the text. */
export const reasons = {
  none: '',
  'fault-map': 'page fault installs the mapping',
  'fault-link': 'page fault needs a smaller level: an empty table is linked',
  'fault-zap-huge': 'page fault needs a smaller level: the huge page is zapped first',
  'fault-split-huge': 'page fault needs a smaller level: the huge page is split',
  'fast-fault': 'fast page fault: access is given back without the lock',
  'mmio-install': 'no memory slot: the fault is remembered as an MMIO entry',
  'zap-range': 'range is zapped',
  'zap-leafs': 'leaves of the range are zapped',
  'zap-root': 'all entries of the root are zapped',
  'zap-invalid-root': 'entries of an invalidated root are zapped',
  'zap-nx-table': 'table that exists for the sake of executable code is zapped, to map huge again',
  'removed-child': 'the table it stands in was unlinked',
  'atomic-freeze': 'entry is parked while it is zapped under the shared lock',
  'atomic-clear': 'parked entry is cleared after the flush',
  age: 'aged: the next access must show',
  'write-protect': 'write-protected for dirty logging',
  'clear-dirty': 'dirty bit cleared for dirty logging',
  'clear-dirty-by-write': 'write access taken away for dirty logging',
  'split-eager': 'huge page is split before dirty logging needs it',
  collapse: 'host page is huge again: small mappings go',
  'collapse-map': 'host page is huge again: mapped huge in one step',
  'host-change-zap': 'host changed the page: the old mapping goes',
  'host-change-map': 'host changed the page: mapped read-only at its new place',
  'by-hand': 'written by hand',
  'cpu-accessed': 'CPU set the accessed bit',
  'cpu-dirty': 'CPU set the dirty bit',
} as const;

export type Reason = keyof typeof reasons;

export const reasonNames = Object.keys(reasons) as Reason[];
