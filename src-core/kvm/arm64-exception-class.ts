/** ESR_ELx.EC by number, as the kernel and `kvm_exit` name it. Source: Linux 6.12 `esr.h`. */
export const exceptionClasses: Readonly<Record<number, readonly [name: string, title: string]>> = {
  0x00: ['UNKNOWN', 'unknown reason'],
  0x01: ['WFx', 'WFI or WFE'],
  0x03: ['CP15_32', 'MCR or MRC to CP15'],
  0x04: ['CP15_64', 'MCRR or MRRC to CP15'],
  0x05: ['CP14_MR', 'MCR or MRC to CP14'],
  0x06: ['CP14_LS', 'LDC or STC to CP14'],
  0x07: ['FP_ASIMD', 'floating point, SIMD or SVE'],
  0x08: ['CP10_ID', 'VMRS to CP10'],
  0x09: ['PAC', 'pointer authentication'],
  0x0a: ['OTHER', 'another trapped instruction'],
  0x0c: ['CP14_64', 'MRRC to CP14'],
  0x0d: ['BTI', 'branch target'],
  0x0e: ['ILL', 'illegal execution state'],
  0x11: ['SVC32', 'SVC (AArch32)'],
  0x12: ['HVC32', 'HVC (AArch32)'],
  0x13: ['SMC32', 'SMC (AArch32)'],
  0x15: ['SVC64', 'SVC'],
  0x16: ['HVC64', 'HVC'],
  0x17: ['SMC64', 'SMC'],
  0x18: ['SYS64', 'system register or instruction'],
  0x19: ['SVE', 'SVE'],
  0x1a: ['ERET', 'ERET'],
  0x1c: ['FPAC', 'pointer authentication failure'],
  0x1d: ['SME', 'SME'],
  0x1f: ['IMP_DEF', 'implementation defined'],
  0x20: ['IABT_LOW', 'instruction abort, lower EL'],
  0x21: ['IABT_CUR', 'instruction abort, current EL'],
  0x22: ['PC_ALIGN', 'PC alignment'],
  0x24: ['DABT_LOW', 'data abort, lower EL'],
  0x25: ['DABT_CUR', 'data abort, current EL'],
  0x26: ['SP_ALIGN', 'SP alignment'],
  0x27: ['MOPS', 'memory operation'],
  0x28: ['FP_EXC32', 'floating-point exception (AArch32)'],
  0x2c: ['FP_EXC64', 'floating-point exception'],
  0x2d: ['GCS', 'guarded control stack'],
  0x2f: ['SERROR', 'SError'],
  0x30: ['BREAKPT_LOW', 'breakpoint, lower EL'],
  0x31: ['BREAKPT_CUR', 'breakpoint, current EL'],
  0x32: ['SOFTSTP_LOW', 'software step, lower EL'],
  0x33: ['SOFTSTP_CUR', 'software step, current EL'],
  0x34: ['WATCHPT_LOW', 'watchpoint, lower EL'],
  0x35: ['WATCHPT_CUR', 'watchpoint, current EL'],
  0x38: ['BKPT32', 'BKPT (AArch32)'],
  0x3a: ['VECTOR32', 'vector catch (AArch32)'],
  0x3c: ['BRK64', 'BRK'],
};

/** Classes whose syndrome tells of an abort on memory. */
const aborts: Readonly<Record<number, { instruction: boolean; lower: boolean }>> = {
  0x20: { instruction: true, lower: true },
  0x21: { instruction: true, lower: false },
  0x24: { instruction: false, lower: true },
  0x25: { instruction: false, lower: false },
};

/** What kind of abort an exception class is; `undefined`: none. */
export function abortClass(ec: number): { instruction: boolean; lower: boolean } | undefined {
  return aborts[ec];
}
