import { fieldSpecs, noHints } from './field-specs';
import type { LogFamily } from './log-family';

const roots = [
  { field: 'root_hpa', owner: 'kvm', holds: 'address', formats: [], levels: 'root_level' },
] as const;
const root = { root_hpa: fieldSpecs.root, root_level: fieldSpecs.level } as const;
const hints = noHints(
  'a probe on the function that loads the root; it is no event of the kernel itself',
);

/** Roots told by a kprobe on `vmx_load_mmu_pgd` or `svm_load_mmu_pgd` that names its arguments so. */
export const mmuRoot: LogFamily = {
  name: 'mmu-root-probe',
  events: [
    {
      name: 'mmu_root',
      title: 'KVM loaded a root table',
      forms: [
        {
          text: '({place}) root_hpa={root_hpa} root_level={root_level}',
          fields: { place: fieldSpecs.text, ...root },
          hints,
          roots,
        },
        {
          text: '__probe_ip={place} root_hpa={root_hpa} root_level={root_level}',
          fields: { place: fieldSpecs.token, ...root },
          hints,
          roots,
        },
      ],
    },
  ],
};
