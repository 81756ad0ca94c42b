const space = 0x20;

/**
 * Whether nothing stands behind an address: the last line of hexdump and od, which says where the
 * data end. A number of 16 digits alone on a line is a word somebody pasted.
 */
export function isLastAddress(
  units: Uint8Array,
  afterAddress: number,
  end: number,
  digits: number,
): boolean {
  if (digits >= 16) return false;
  for (let at = afterAddress; at < end; at++) if (units[at] !== space) return false;
  return true;
}
