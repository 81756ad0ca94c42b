/**
 * The MAIR_EL1 words Linux writes, under the names vector files and settings give them. Attribute 1
 * is the tagged one since 5.10: 0xf0 with MTE, else 0xff. Indices Linux leaves unused are 0.
 * Sources: Linux 6.12 `memory.h`, `sysreg.h`, `proc.S`; the order before 5.10: Linux 5.4 `memory.h`.
 */
export const namedMairs: Readonly<Record<string, bigint>> = {
  linux: 0x04_0044_f0ffn,
  'linux<5.10': 0xbbff_440c_0400n,
};
