import { bitMask, formatWord } from '../word';

const address = bitMask(51, 12);

/** An entry without its address, as people quote it: `0x0600…b77`; without an address the whole word. */
export function patternText(value: bigint): string {
  if ((value & address) === 0n) return formatWord(value);
  const top = (value >> 52n) << 4n;
  const high = top === 0n ? '' : `0x${top.toString(16).padStart(4, '0')}`;
  return `${high}…${(value & 0xfffn).toString(16).padStart(3, '0')}`;
}
