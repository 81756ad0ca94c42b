/**
 * Format strings of log lines, as the kernel's sources and tools have them (documented with their
 * versions in the project's facts): the names are those the event's values should get.
 */
export interface DocumentedLine {
  readonly event: string;
  readonly format: string;
}

const line = (event: string, format: string): DocumentedLine => ({ event, format });
const traced = (event: string, ...texts: readonly string[]): DocumentedLine[] =>
  texts.map((text) => line(event, `${event}: ${text}`));

const pageNow =
  'sp gen {generation:%u} gfn {gfn:%llx} l{level:1|2|3|4|5} {entry_bytes:8|4}-byte q{quadrant:0|1|2|3} {access:wux|--x|-u-} {nxe:nxe|!nxe} {ad:ad|!ad} root {root_count:%u} {sync:sync|unsync}';
const pageDirect = pageNow.replace('} {access', '} {direct:direct} {access');
const pageLetters = pageDirect
  .replace('wux|--x|-u-', 'rwux|r---|--u-')
  .replace('} {nxe', '} {invalid:invalid} {nxe');
const page419 =
  'sp gen {generation:%lx} gfn {gfn:%llx} l{level:1|2|3|4} {pae:pae} q{quadrant:0|1} {direct:direct} {access:wux|---} {nxe:nxe|!nxe} {ad:ad|!ad} root {root_count:%u} {sync:sync|unsync}';
const page44 =
  'sp gen {generation:%lx} gfn {gfn:%llx} {level:1|2|3|4} {pae:pae} q{quadrant:0|1} {direct:direct} {access:wux|---} {nxe:nxe|!nxe} root {root_count:%u} {sync:sync|unsync}';
const pluginRole =
  '{level:1|2|3|4} q{quadrant:0|1} {direct:direct} {access:wux|--x} {pae:pae|!pae} {nxe:nxe|!nxe} {wp:wp|!wp} {smep:smep} {smap:smap} {smm:smm} root {root_count:%u} {sync:sync|unsync}';
const flags = 'P|W|U|RSVD|F';
const exit =
  'vcpu {vcpu:%u} reason {reason:EPT_VIOLATION|npf|EPT_MISCONFIG FAILED_VMENTRY|0x3f} rip 0x{rip:%lx} info1 0x{info1:%016llx} info2 0x{info2:%016llx} intr_info 0x{intr_info:%08x} error_code 0x{error_code:%08x}';

/** Events of traces: they stand behind the prefixes of tracers. */
export const traceLines: readonly DocumentedLine[] = [
  ...traced(
    'kvm_tdp_mmu_spte_changed',
    'as id {as_id:0|1} gfn {gfn:%llx} level {level:1|2|3|4|5} old_spte {old_spte:%llx} new_spte {new_spte:%llx}',
    'gfn={gfn:%llx} old_spte={old_spte:%llx} new_spte={new_spte:%llx} level={level:1|2|3} as_id={as_id:0|1}',
  ),
  ...traced(
    'kvm_mmu_set_spte',
    'gfn {gfn:%llx} spte {spte:%llx} ({access:rwxu|r-x-|---}) level {level:1|2|3} at {at:%llx}',
    'gfn={gfn:%llx} spte={spte:%llx} sptep={at:%llx} level={level:1|2} r={read:0|1} x={execute:0|1} u={user:0|1}',
  ),
  ...traced(
    'kvm_mmu_spte_requested',
    'gfn {gfn:%llx} pfn {pfn:%llx} level {level:1|2|3}',
    'gfn {gfn:%llx} pfn {pfn:%llx} level {level:1|2|3} access {access:%x}',
    'gfn={gfn:%llx} pfn={pfn:%llx} level={level:1|2|3}',
  ),
  ...traced(
    'fast_page_fault',
    `vcpu {vcpu:%d} gva {gva:%llx} error_code {error_code:P+W|W} sptep {sptep:000000003c5b1d2e|ffff8801a3b5a28|(____ptrval____)} old {old:%#llx} new {new:%llx} spurious {spurious:0|1} fixed {fixed:0|1}`,
  ),
  ...traced(
    'kvm_mmu_split_huge_page',
    'gfn {gfn:%llx} spte {spte:%llx} level {level:2|3} errno {errno:0|-12}',
  ),
  ...['kvm_mmu_sync_page', 'kvm_mmu_unsync_page', 'kvm_mmu_prepare_zap_page'].flatMap((event) =>
    traced(event, pageNow, pageDirect, pageLetters, page419, page44, pluginRole),
  ),
  ...traced(
    'kvm_mmu_get_page',
    ...[pageNow, pageDirect, pageLetters, page419, page44].map(
      (page) => `${page} {created:new|existing}`,
    ),
    `{created:new|existing} sp gfn {gfn:%llx} ${pluginRole}`,
    '[FAILED TO PARSE] mmu_valid_gen={generation:%u} gfn={gfn:%u} role={role:%u} root_count={root_count:%u} unsync={unsync:0|1} created={created:0|1}',
  ),
  ...traced(
    'kvm_mmu_pagetable_walk',
    `addr {address:%llx} pferr {pferr:%x} {flags:${flags}}`,
    'addr {address:%llx} pferr {pferr:%x} ',
  ),
  ...traced('kvm_mmu_paging_element', 'pte {pte:%llx} level {level:1|2|3|4|5}'),
  ...traced('kvm_mmu_set_accessed_bit', 'gpa {gpa:%llx}'),
  ...traced('kvm_mmu_set_dirty_bit', 'gpa {gpa:%llx}'),
  ...traced('kvm_mmu_walker_error', `pferr {pferr:%x} {flags:${flags}}`),
  ...traced('kvm_mmu_zap_all_fast', 'kvm-mmu-valid-gen {generation:%u} used_pages {used_pages:%x}'),
  ...traced(
    'kvm_mmu_invalidate_zap_all_pages',
    'kvm-mmu-valid-gen {generation:%lx} used_pages {used_pages:%x}',
  ),
  ...traced(
    'mark_mmio_spte',
    'sptep:{sptep:000000003c5b1d2e|ffff8801a3b5a28} gfn {gfn:%llx} access {access:%x} gen {generation:%x}',
  ),
  ...traced('handle_mmio_page_fault', 'addr:{address:%llx} gfn {gfn:%llx} access {access:%x}'),
  ...traced(
    'check_mmio_spte',
    'spte {spte:%llx} kvm_gen {kvm_generation:%x} spte-gen {spte_generation:%x} valid {valid:0|1}',
  ),
  ...traced(
    'kvm_page_fault',
    'address {address:%lx} error_code {error_code:%x}',
    'vcpu {vcpu:%u} rip 0x{rip:%lx} address 0x{address:%016llx} error_code 0x{error_code:%llx}',
  ),
  ...traced(
    'kvm_exit',
    'reason {reason:EPT_VIOLATION|npf} rip 0x{rip:%lx} info {info1:%llx} {info2:%llx}',
    'vcpu {vcpu:%u} reason {reason:EPT_VIOLATION|npf} rip 0x{rip:%lx} info {info1:%llx} {info2:%llx}',
    exit,
    `${exit} requests 0x{requests:%016llx}`,
    '{reason:TRAP|IRQ}: HSR_EC: 0x{exception_class:%04x} ({class_name:DABT_LOW|IABT_LOW}), PC: 0x{pc:%016lx}',
  ),
  ...traced(
    'kvm_nested_vmexit',
    exit,
    'rip: 0x{rip:%016llx} reason: {reason:EPT_VIOLATION|npf} ext_inf1: 0x{ext_inf1:%016llx} ext_inf2: 0x{ext_inf2:%016llx} ext_int: 0x{ext_int:%08x} ext_int_err: 0x{ext_int_err:%08x}',
  ),
  ...traced(
    'kvm_nested_vmexit_inject',
    'reason: {reason:EPT_VIOLATION|npf} ext_inf1: 0x{ext_inf1:%016llx} ext_inf2: 0x{ext_inf2:%016llx} ext_int: 0x{ext_int:%08x} ext_int_err: 0x{ext_int_err:%08x}',
  ),
  ...traced('kvm_fast_mmio', 'fast mmio at gpa 0x{gpa:%llx}'),
  ...traced(
    'kvm_mmio',
    'mmio {direction:read|write|unsatisfied-read} len {length:1|4|8} gpa 0x{gpa:%llx} val 0x0',
  ),
  ...traced(
    'vcpu_match_mmio',
    'gva {gva:%#llx} gpa {gpa:%#llx} {direction:Write|Read} {by:GPA|GVA}',
  ),
  ...traced('kvm_age_page', 'hva {hva:%llx} gfn {gfn:%llx} level {level:1|2} {young:YOUNG|OLD}'),
  ...traced('kvm_unmap_hva_range', 'mmu notifier unmap range: {start:%#016lx} -- {end:%#016lx}'),
  ...traced('kvm_age_hva', 'mmu notifier age hva: {start:%#016lx} -- {end:%#016lx}'),
  ...traced('kvm_test_age_hva', 'mmu notifier test age hva: {hva:%#016lx}'),
  ...traced('kvm_set_spte_hva', 'mmu notifier set pte hva: {hva:%#016lx}'),
  ...traced(
    'mmu_root',
    '({place:vmx_load_mmu_pgd+0x0/0x260 [kvm_intel]|ffffffffc040bfc4}) root_hpa=0x{root_hpa:%llx} root_level={root_level:4|5}',
  ),
  ...traced(
    'kvm_guest_fault',
    'ipa {ipa:%#llx}, hsr {esr:%#08lx}, hxfar {far:%#08lx}, pc {pc:%#016lx}',
  ),
  ...traced('kvm_access_fault', 'IPA: {ipa:%lx}'),
  ...traced(
    'kvm_mmio_emulate',
    'Emulate MMIO at: 0x{pc:%016lx} (instr: {instruction:%08lx}, cpsr: {cpsr:%08lx})',
  ),
  ...traced(
    'kvm_mmio_nisv',
    'ipa {ipa:%#016lx}, esr {esr:%#016lx}, far {far:%#016lx}, pc {pc:%#016lx}',
  ),
  ...traced(
    'kvm_exit',
    'reason {reason:EPT_VIOLATION|UNKNOWN (63)} rip 0x{rip:%llx} {symbol:vmx_x+0x12} info {info1:%llx} {info2:%llx}',
  ),
  ...traced('kvm_nested_vmexit', 'CANT FIND FIELD {missing:rip}'),
  ...traced('kvm_mmu_zap_page', pageNow, page419, page44, pluginRole),
  ...traced('kvm_entry', 'vcpu {vcpu:%u}, rip 0x{rip:%lx}', 'PC: 0x{pc:%016lx}'),
  ...traced('kvm_unmap_hva', 'mmu notifier unmap hva: {hva:%#016lx}'),
  ...traced('kvm_handle_sys_reg', 'HSR 0x{esr:%08lx}'),
  ...traced(
    'kvm_nested_eret',
    'elr_el2: 0x{elr:%lx} spsr_el2: 0x{spsr:%08lx} (M: {mode:EL2h|EL1t}) hcr_el2: {hcr:%lx}',
  ),
  ...traced(
    'kvm_inject_nested_exception',
    '{kind:sync|IRQ}: esr_el2 0x{esr:%lx} elr_el2: 0x{elr:%lx} spsr_el2: 0x{spsr:%08lx} (M: {mode:EL2h}) hcr_el2: {hcr:%lx}',
  ),
  ...traced(
    'kvm_irq_line',
    'Inject {kind:CPU|VGIC PPI|VGIC SPI|UNKNOWN} interrupt ({type:%u}), vcpu->idx: {vcpu:%u}, num: {number:%u}, level: {line:0|1}',
  ),
  ...traced('kvm_userspace_exit', 'reason {reason:KVM_EXIT_MMIO|restart|error} ({number:%u})'),
  ...traced('kvm_wfx_arm64', 'guest executed {what:wfi|wfe} at: 0x{pc:%016lx}'),
  ...traced('kvm_hvc_arm64', 'HVC at 0x{pc:%016lx} (r0: 0x{r0:%016lx}, imm: 0x{imm:%lx})'),
  ...traced(
    'kvm_sys_access',
    'PC: {pc:%lx} {name:ID_AA64MMFR0_EL1} ({encoding:3,0,0,7,0}) {direction:read|write}',
  ),
  ...traced('kvm_set_way_flush', 'S/W flush at 0x{pc:%016lx} (cache on)'),
  ...traced(
    'kvm_toggle_cache',
    'VM op at 0x{pc:%016lx} (cache was {before:on|off}, now {now:on|off})',
  ),
];

const address = (text: string): string => text.replaceAll('@', '%016lx');
const ptRange = '0x{start:%016lx}-0x{end:%016lx}   ';

/** Lines of kernel logs: they stand behind the prefixes of dmesg and journals. */
export const messageLines: readonly DocumentedLine[] = [
  line(
    'get_mmio_spte',
    'get_mmio_spte: reserved bits set on MMU-present spte, addr 0x{address:%llx}, hierarchy:',
  ),
  line(
    'get_mmio_spte',
    'get_mmio_spte: detect reserved bits on spte, addr 0x{address:%llx}, dump hierarchy:',
  ),
  line(
    'walk_shadow_page_get_mmio_spte',
    'walk_shadow_page_get_mmio_spte: detect reserved bits on spte, addr 0x{address:%llx}, dump hierarchy:',
  ),
  line(
    'spte-hierarchy',
    '------ spte = 0x{spte:%llx} level = {level:1|2|3|4}, rsvd bits = 0x{reserved:%llx}',
  ),
  line('spte-hierarchy', '------ spte 0x{spte:%llx} level {level:1|2|3|4}.'),
  line(
    'spte-path',
    '#VE {address:%llx}, spte[4] = 0x{spte_1:%llx}, spte[3] = 0x{spte_2:%llx}, spte[2] = 0x{spte_3:%llx}',
  ),
  line('ept-misconfiguration', 'EPT: Misconfiguration.'),
  line('ept-misconfiguration-address', 'EPT: GPA: 0x{gpa:%llx}'),
  line(
    'ept_misconfig_inspect_spte',
    'ept_misconfig_inspect_spte: spte 0x{spte:%llx} level {level:1|2|3|4}',
  ),
  line('ept_misconfig_inspect_spte', 'ept_misconfig_inspect_spte: rsvd_bits = 0x{reserved:%llx}'),
  line('ve-info-address', 'VE info address = 0x{hpa:%016llx}'),
  line(
    've_info',
    've_info: 0x{reason:%08x} 0x{delivery:%08x} 0x{qualification:%016llx} 0x{gla:%016llx} 0x{gpa:%016llx} 0x{eptp_index:%04x}',
  ),
  line('unexpected-ve', 'Unexpected #VE on VM-Exit reason 0x{reason:%x}'),
  line('ept-pointer', 'EPT pointer = 0x{eptp:%016llx}'),
  line('nested_cr3', 'nested_cr3:         {ncr3:%016llx}'),
  line('vmcb-cr3', 'cr3:            {cr3:%016llx} cr4:          {cr4:%016llx}'),
  line('vmcs-guest-cr3', 'CR3 = 0x{cr3:%016llx}'),
  line('mmu-writable-not-host-writable', 'MMU-writable SPTE is not Host-writable: {spte:%llx}'),
  line('writable-not-mmu-writable', 'Writable SPTE is not MMU-writable: {spte:%llx}'),
  line(
    'reserved-spte',
    'spte = 0x{spte:%llx}, level = {level:1|2|3}, rsvd bits = 0x{reserved:%llx}',
  ),
  line('unexpected-spte-change', 'Unexpected SPTE change! Nonpresent SPTEs'),
  line('unexpected-spte-change-text', 'should not be replaced with another,'),
  line(
    'unexpected-spte-change-values',
    'as_id: {as_id:0|1} gfn: {gfn:%llx} old_spte: {old_spte:%llx} new_spte: {new_spte:%llx} level: {level:1|2}',
  ),
  line(
    'gfn-mismatch',
    'gfn mismatch under direct page {page:%llx} (expected {expected:%llx}, got {gfn:%llx})',
  ),
  line(
    'spte-present-at-free',
    'SPTE {spte:%llx} (@ {sptep:000000003c5b1d2e}) for gfn {gfn:%llx} shadow-present at free',
  ),
  line('page-fault', address('BUG: unable to handle page fault for address: {address:@}')),
  line('page-fault', address('BUG: kernel NULL pointer dereference, address: {address:@}')),
  line(
    'page-fault',
    address(
      'BUG: unable to handle kernel {what:paging request|NULL pointer dereference} at {address:@}',
    ),
  ),
  line(
    'page-fault-kind',
    '#PF: supervisor {access:read access in kernel mode|instruction fetch in kernel mode}',
  ),
  line(
    'page-fault-error-code',
    '#PF: error_code(0x{error_code:%04lx}) - {reason:not-present page|permissions violation}',
  ),
  line('corrupted-page-table', 'kvmcap: Corrupted page table at address {address:%lx}'),
  line('pgd-line', 'PGD {pgd:%lx} P4D {p4d:%lx} PUD {pud:%lx} PMD {pmd:%lx} PTE {pte:%lx}'),
  line('pgd-line', 'PGD {pgd:%lx} P4D {p4d:%lx} PUD {pud:%lx} '),
  line('pgd-line', 'PGD {pgd:%lx} PUD {pud:%lx} PMD {pmd:%lx} PTE {pte:%lx}'),
  line('pgd-line', 'PGD {pgd:%lx} P4D {p4d:%lx} {broken:BAD}'),
  line('pdpt-line', address('*pdpt = {pdpt:@} *pde = {pde:@} *pte = {pte:@}')),
  line('pde-line', '*pde = {pde:%08lx} *pte = {pte:%08lx}'),
  line(
    'arm64-fault',
    address(
      'Unable to handle kernel {what:paging request|access to user memory outside uaccess routines} at virtual address {address:@}',
    ),
  ),
  line(
    'arm64-pgtable',
    address('swapper pgtable: {granule:4|16|64}k pages, {va_bits:48|52|39}-bit VAs, pgdp={pgdp:@}'),
  ),
  line(
    'arm64-pgd-line',
    address('[{address:@}] pgd={pgd:@}, p4d={p4d:@}, pud={pud:@}, pmd={pmd:@}, pte={pte:@}'),
  ),
  line('arm64-pgd-line', address('[{address:@}] pgd={pgd:@}, pud={pud:@}')),
  line('arm64-pgd-line', address('[{address:@}] *pgd={pgd:@}, *pud={pud:@}, *pmd={pmd:@}')),
  line(
    'bad-page-map',
    'BUG: Bad page map in process {process:qemu-system-x86|a b}  pte:{pte:%08llx} pmd:{pmd:%08llx}',
  ),
  line(
    'bad-page-map',
    'BUG: Bad page map in process {process:qemu-system-x86}  {which:pte|pmd}:{entry:%08llx}',
  ),
  line(
    'bad-page-map-tables',
    'pgd:{pgd:%08llx} p4d:{p4d:%08llx} pud:{pud:%08llx} pmd:{pmd:%08llx}',
  ),
  line(
    'bad-page-map-place',
    address(
      'addr:{address:@} vm_flags:{vm_flags:%08lx} anon_vma:{anon_vma:ffff888103a7b6e0} mapping:{mapping:0000000000000000} index:{index:%lx}',
    ),
  ),
  line('pte_list_remove', 'pte_list_remove: {sptep:000000003c5b1d2e} {what:0|many}->BUG'),
  line('vmcs-dump', 'VMCS {pointer:000000003c5b1d2e}, last attempted VM-entry on CPU {cpu:%u}'),
  line(
    'vmcs-guest-cr0',
    'CR0: actual=0x{cr0:%016lx}, shadow=0x{shadow:%016lx}, gh_mask={mask:%016lx}',
  ),
  line(
    'vmcs-guest-cr4',
    'CR4: actual=0x{cr4:%016lx}, shadow=0x{shadow:%016lx}, gh_mask={mask:%016lx}',
  ),
  line('vmcs-efer', 'EFER= 0x{efer:%016llx}'),
  line('vmcs-pdptr', 'PDPTR0 = 0x{first:%016llx}  PDPTR{number:1} = 0x{second:%016llx}'),
  line('vmcs-exit', 'reason={reason:%08x} qualification={qualification:%016lx}'),
  line(
    'vmcb-dump',
    'SVM vCPU{vcpu:%u} VMCB {pointer:000000003c5b1d2e}, {more:last attempted VMRUN on CPU 3}',
  ),
  line('vmcb-cr0', 'cr0:            {cr0:%016llx} cr2:          {cr2:%016llx}'),
  line(
    'vmcb-efer',
    'vmpl: {vmpl:0|1}   cpl:  {cpl:0|3}               efer:          {efer:%016llx}',
  ),
  line('exit_code', 'exit_code:          {value:%08x}'),
  line('exit_info1', 'exit_info1:         {value:%016llx}'),
  line('exit_info2', 'exit_info2:         {value:%016llx}'),
  line('iopm_base_pa', 'iopm_base_pa:       {value:%016llx}'),
  line('msrpm_base_pa', 'msrpm_base_pa:      {value:%016llx}'),
  line('vmsa_pa', 'vmsa_pa:            {value:%016llx}'),
  line('unexpected-spte-change', 'Invalid SPTE change: cannot replace a present leaf'),
  line('page-fault-kind-user', '#PF: user {access:write access in user mode}'),
  line('report-end', '---[ end trace {mark:0000000000000000} ]---'),
  line('oops-registers', 'CR2: {cr2:%016lx} CR3: {cr3:%016lx} CR4: {cr4:%016lx}'),
  line('oops-code', 'Oops: {error_code:%04x} [#{number:%u}] {more:PREEMPT SMP NOPTI}'),
  line('oops-code', 'Oops: Oops: {error_code:%04x} [#{number:%u}] {more:SMP NOPTI}'),
  line('oops-code', 'Internal error: Oops: {error_code:%016lx} [#{number:%u}] {more:SMP}'),
  line('oops-ip', 'IP: [<{ip:%016lx}>] {symbol:kvm_x+0x12/0x34}'),
  line(
    'kernel-warning',
    'WARNING: CPU: {cpu:%u} PID: {pid:%u} at {place:arch/x86/kvm/mmu/spte.h:411 x+0x1/0x2 [kvm]}',
  ),
  line(
    'kernel-warning',
    'WARNING: {place:arch/x86/kvm/mmu/spte.h:411} at {function:x+0x1/0x2}, CPU#{cpu:%u}: {task:CPU 0/KVM/4711}',
  ),
  line('arm64-esr', 'ESR = 0x{esr:%016lx}'),
  line(
    'arm64-syndrome-part',
    '{what:EC = 0x25: DABT (current EL), IL = 32 bits|SET = 0, FnV = 0|EA = 0, S1PTW = 0|FSC = 0x07: level 3 translation fault|ISV = 0, ISS = 0x00000047, ISS2 = 0x00000000|CM = 0, WnR = 1, TnD = 0, TagAccess = 0|GCS = 0, Overlay = 0, DirtyBit = 0, Xs = 0|Access size = 8 byte(s)|SSE = 0, SRT = 1|SF = 1, AR = 0}',
  ),
  line(
    'arm64-no-tables',
    '[{address:%016lx}] {what:user address but active_mm is swapper|address between user and kernel address ranges}',
  ),
  line('arm64-pgd-line-rest', address(', pud={pud:@}, pmd={pmd:@}, pte={pte:@}')),
  line('arm64-pgd-line-rest', address(', *pmd={pmd:@}')),
  line('arm64-syndrome-part', 'Exception class = {what:DABT (current EL), IL = 32 bits}'),
  line('hyp-panic', 'HYP panic:'),
  line('hyp-panic-syndrome', 'PS:{ps:%08llx} PC:{pc:%016llx} ESR:{esr:%016llx}'),
  line('hyp-panic-registers', 'FAR:{far:%016llx} HPFAR:{hpfar:%016llx} PAR:{par:%016llx}'),
  line('hyp-panic-vcpu', 'VCPU:{vcpu:ffff000012345678}'),
  line(
    'nvhe-panic',
    'kvm [4711]: nVHE hyp panic at: [<{pc:%016llx}>] {symbol:__kvm_nvhe_x+0x1/0x2!}',
  ),
  line('nvhe-bug', 'kvm [4711]: nVHE hyp BUG at: {file:arch/arm64/kvm/hyp/nvhe/x.c}:{line:%u}!'),
  line('hyp-offset', 'kvm [4711]: Hyp Offset: 0x{offset:%llx}'),
  line(
    'unsupported-fsc',
    'kvm [4711]: Unsupported FSC: EC={ec:%#x} xFSC={fsc:%#lx} ESR_EL2={esr:%#lx}',
  ),
  line('no-vma', 'kvm [4711]: Failed to find VMA for hva 0x{hva:%lx}'),
  line('unexpected-l2-permission', 'kvm [4711]: Unexpected L2 read permission error'),
  line('ipa-size-limit', 'kvm [1]: IPA Size Limit: {bits:%u} bits'),
  line(
    'ipa-size-limit',
    'kvm: Limiting the IPA size due to kernel {which:Virtual|Physical} Address limit',
  ),
  line('bad-page-map-file', 'file:{what:(null) fault:0x0 mmap:0x0 read_folio:0x0}'),
  line('bad-page-map-suppressed', 'BUG: Bad page map: {messages:%u} messages suppressed'),
  line(
    'bad-page-state',
    'BUG: Bad page state in process {process:qemu-system-x86}  pfn:{pfn:%05lx}',
  ),
  line(
    'bad-rss-counter',
    'BUG: Bad rss-counter state {what:mm:000000003c5b1d2e type:MM_FILEPAGES val:1}',
  ),
  ...['pte', 'pud', 'p4d', 'pgd'].map((name) =>
    line(
      `bad-${name}`,
      `mm/pgtable-generic.c:42: bad ${name} {pointer:ffff88810a3b5a28}({entry:%016lx})`,
    ),
  ),
  line('wx-check', 'x86/mm: Checked W+X mappings: FAILED, {pages:%u} W+X pages found.'),
  line(
    'wx-check',
    'Checked W+X mappings: FAILED, {pages:%u} W+X pages found, {non_uxn:%u} non-UXN pages found',
  ),
  line('wx-check', 'Checked W+X mappings: passed, no W+X pages found'),
  line('bad-pmd', 'mm/pgtable-generic.c:42: bad pmd {pointer:ffff88810a3b5a28}({entry:%016lx})'),
  line('bad-pmd', 'arch/arm64/mm/fault.c:42: bad pmd {entry:%016llx}.'),
];

/** Lines of files and answers that have no prefix. */
export const plainLines: readonly DocumentedLine[] = [
  line('ptdump-marker', '---[ {name:Low Kernel Mapping|vmalloc() Area|Guest IPA} ]---'),
  line(
    'ptdump-range',
    `${ptRange}{size:%9lu}{unit:K|M} {rights:    RW                 GLB NX} {level:pte}`.replace(
      '{rights:    RW',
      '    {rights:RW',
    ),
  ),
  line(
    'ptdump-range',
    `${ptRange}{size:%9lu}{unit:G|T}                               {level:pgd|p4d|pud|pmd}`,
  ),
  line(
    'ptdump-range',
    `${ptRange}{size:%9lu}{unit:K|M} {level:PTE|PMD}       {rights:RW NX SHD AF            UXN    MEM/NORMAL}`,
  ),
  line(
    'ptdump-range',
    `${ptRange}{size:%9lu}{unit:K|M} {level:2|3}   {read:R} {write:W} {never_execute:X} {rights:AF BLK}`,
  ),
  line(
    'ptdump-range',
    `${ptRange}{size:%9lu}{unit:K|M} {level:2|3}   {read:R} {write:W} {execute:NX|x } {rights:AF BLK}`,
  ),
  line(
    'ptdump-range',
    `${ptRange}{size:%9lu}{unit:K|M} {level:2|3}   {read:R} {write:W} {execute:PXNUXN|px ux } {rights:AF BLK}`,
  ),
  line('info-tlb', '{address:%016lx}: {physical:%016lx} {flags:XG-DA---W|---------|-GPDA----}'),
  line('info-mem', '{start:%016lx}-{end:%016lx} {size:%016lx} {rights:ur-|urw|-rw}'),
  line('info-registers', 'CR0={cr0:%08x} CR2={cr2:%016lx} CR3={cr3:%016lx} CR4={cr4:%08x}'),
  line('ptdump-skipped', '... {count:%u} {what:entries|entry} skipped ... '),
  line('info-registers-efer', 'EFER={efer:%016lx}'),
  line('register-cr3', 'cr3            0x{cr3:%lx}'),
  line('gpa2hva', 'Host virtual address for 0x{gpa:%lx} ({region:pc.ram}) is 0x{hva:%lx}'),
  line('vtop-header', 'VIRTUAL           PHYSICAL'),
  ...['PGD', 'P4D', 'PUD', 'PTE'].map((name) =>
    line(`vtop-${name.toLowerCase()}`, `   ${name}: {at:%lx} => {entry:%lx}`),
  ),
  line('gpa2hpa', 'Host physical address for 0x{gpa:%lx} ({region:pc.ram}) is 0x{hpa:%lx}'),
  line('gva2gpa', 'gpa: 0x{gpa:%lx}'),
  line('vtop-directory', 'PGD DIRECTORY: {address:%lx}'),
  line('vtop-directory', 'PAGE DIRECTORY: {address:%lx}'),
  line('vtop-pmd', '   PMD: {at:%lx} => {entry:%lx}'),
  line('vtop-page', '  PAGE: {physical:%lx}  ({size:2}{unit:MB})'),
  line('vtop-entry', '{entry:%lx}  {physical:%lx}   ({flags:PRESENT|PRESENTxRW})'),
  line('gdb-value', '${number:1|17} = 0x{value:%lx}'),
  line('gdb-value', '$2 = {0x{first:%lx}, 0x{second:%lx} <repeats 7 times>}'),
  line('lost-events', 'CPU:{cpu:0|3} [LOST {lost:%u} EVENTS]'),
];

/** What tracers put before an event. Source: trace_output.c, libtraceevent, perf. */
export const tracePrefixes: readonly string[] = [
  '       CPU 0/KVM-4711    [003] d..1  1234.567890: ',
  '       CPU 0/KVM-4711    [003] d....  1234.567890: ',
  '       CPU 0/KVM-4711    (   4700) [003] .....  1234.567890: ',
  '       CPU 0/KVM-4711    [003]  1234.567890: ',
  '       CPU 0/KVM-4711  [003]  1234.567890: ',
  'CPU 0/KVM  4711 [003]  1234.567890: kvmmmu:',
  '> >        CPU 0/KVM-4711    [003] d....  1234.567890: ',
  '',
];

/** What the kernel log's readers put before a message. */
export const messagePrefixes: readonly string[] = [
  '[ 1234.567890] ',
  '[Tue Mar  5 12:00:00 2024] ',
  '[  1234.567890][ T4711] ',
  '[ 1234.567890] kvm: ',
  'Mar 05 12:00:00 host kernel: ',
  '2024-03-05T12:00:00+0000 host kernel: ',
  '6,1234,1234567890,-;',
  '<4>[ 1234.567890] ',
  '> [ 1234.567890] ',
  '\u001b[32m[ 1234.567890] \u001b[0m',
  '',
];
