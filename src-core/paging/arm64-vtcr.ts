import type { Stage2Layout } from './arm64-stage2-layout';

/** What VTCR_EL2 holds beside the geometry. Left out: the fields that geometry fixes, alone. */
export interface VtcrSetting {
  /** Encoding of PS; with it VS and HA are set as KVM does. */
  readonly paRange?: number;
  readonly ds?: boolean;
}

/** RES1; SH0 inner; ORGN0 and IRGN0 write-back. Source: Linux 6.12 `kvm_arm.h`. */
const always = (1n << 31n) | (3n << 12n) | (1n << 10n) | (1n << 8n);
const vmid16 = 1n << 19n;
const hardwareAccessFlag = 1n << 21n;
const ds = 1n << 32n;

/** The VTCR_EL2 value KVM programs for a layout. Source: Linux 6.12 `kvm_get_vtcr()`. */
export function composeVtcr(layout: Stage2Layout, setting: VtcrSetting): bigint {
  const { granule, entryLevel, ipaBits } = layout;
  const geometry =
    (BigInt(granule.tg0) << 14n) |
    (BigInt(granule.startLevelBase - entryLevel) << 6n) |
    BigInt(64 - ipaBits);
  const cpu =
    setting.paRange === undefined
      ? 0n
      : (BigInt(setting.paRange) << 16n) | vmid16 | hardwareAccessFlag;
  return always | geometry | cpu | (setting.ds === true ? ds : 0n);
}
