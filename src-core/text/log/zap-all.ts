import { fieldSpecs, kernels } from './field-specs';
import type { LogFamily } from './log-family';

const used = { used_pages: { role: 'size', form: 'hex' } } as const;

/** KVM makes every table obsolete. Source: arch/x86/kvm/mmu/mmutrace.h. */
export const zapAll: LogFamily = {
  name: 'kvm-zap-all',
  events: [
    {
      name: 'kvm_mmu_zap_all_fast',
      title: 'KVM made all its tables obsolete',
      forms: [
        {
          text: 'kvm-mmu-valid-gen {generation} used_pages {used_pages}',
          fields: { generation: { role: 'generation', form: 'decimal' }, ...used },
          hints: kernels('5.4', null, 'kvm_mmu_zap_all_fast exists since 5.4 (mmutrace.h)'),
        },
        {
          text: 'mmu_valid_gen={generation} mmu_used_pages={used_pages}',
          fields: { generation: { role: 'generation', form: 'decimal' }, ...used },
          hints: kernels('5.4', null, 'kvm_mmu_zap_all_fast exists since 5.4 (mmutrace.h)'),
        },
      ],
    },
    {
      name: 'kvm_mmu_invalidate_zap_all_pages',
      title: 'KVM made all its tables obsolete',
      forms: [
        {
          text: 'kvm-mmu-valid-gen {generation} used_pages {used_pages}',
          fields: { generation: fieldSpecs.generation, ...used },
          hints: kernels(
            null,
            '5.3',
            'kvm_mmu_invalidate_zap_all_pages ended with 5.3 (mmutrace.h)',
          ),
        },
      ],
    },
  ],
};
