import { geometryForms } from '../../paging/arm64-stage2-layout';
import { allocatorSchema, cpuSchema, described, frameSchema } from '../machine-json';
import type { MmuModel } from '../machine-plan';
import { stage2Operations } from './operations/registry';
import { granuleNames, readStage2Setup } from './read-stage2-setup';
import { stage2SlotsSchema } from './read-stage2-slots';
import { stage2TablesSchema } from './read-stage2-tables';
import { Stage2Plan } from './stage2-plan';

/** KVM's stage 2 on arm64. */
export const stage2Model: MmuModel = {
  mmu: 'stage2',
  title: 'KVM’s stage 2 on arm64',
  topNames: ['slots', 'tables'],
  operations: stage2Operations,
  read(top) {
    const setup = readStage2Setup(top);
    return setup && new Stage2Plan(setup);
  },
  machineSchema: {
    kernel: described('version, such as 6.12', { type: 'string' }),
    helpers: described('before v5.10: the host’s helpers as posted in 2018, or as merged', {
      enum: geometryForms,
    }),
    granule: described('size of a page and of a table', { enum: granuleNames, default: '4K' }),
    ipaBits: described('width of an input address', {
      type: 'integer',
      minimum: 32,
      maximum: 52,
      default: 40,
    }),
    cpu: cpuSchema,
    root: described('address of the root, aligned to all its tables', frameSchema),
    ...allocatorSchema,
    rangeTlbi: described('the CPU can invalidate ranges (FEAT_TLBIRANGE)', { type: 'boolean' }),
    dic: described('instruction caches need no maintenance (CTR_EL0.DIC)', { type: 'boolean' }),
    splitChunk: described('bytes that are split at once ahead of time; 0: none', frameSchema),
  },
  topSchema: { slots: stage2SlotsSchema, tables: stage2TablesSchema },
};
