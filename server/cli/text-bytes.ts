/** Units looked at to tell whether bytes are text in UTF-16. */
const looked = 512;

/** Bytes of a text as one byte a character, where they are not so already. */
export function textBytes(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3);
  if (bytes[0] === 0xff && bytes[1] === 0xfe && isUtf16(bytes, 2, 0)) return narrow(bytes, 2, 0);
  if (bytes[0] === 0xfe && bytes[1] === 0xff && isUtf16(bytes, 2, 1)) return narrow(bytes, 2, 1);
  if (isUtf16(bytes, 0, 0)) return narrow(bytes, 0, 0);
  return isUtf16(bytes, 0, 1) ? narrow(bytes, 0, 1) : bytes;
}

/**
 * Whether bytes begin as a text in UTF-16, as Windows' shells write logs: printable ASCII and line
 * ends with zeros between. No table of entries looks like this: an entry has two zeros together.
 * @param low which byte of a unit is the lower one: 0 little-endian, 1 big-endian
 */
function isUtf16(bytes: Uint8Array, start: number, low: 0 | 1): boolean {
  const end = Math.min(bytes.length - 1, start + 2 * looked);
  if (end - start < 4) return false;
  for (let at = start; at < end; at += 2) {
    const unit = bytes[at + low]!;
    const control = unit < 0x20 && unit !== 0x09 && unit !== 0x0a && unit !== 0x0d && unit !== 0x1b;
    if (bytes[at + 1 - low] !== 0 || control) return false;
  }
  return true;
}

/** UTF-16 units as a byte each; what is no ASCII becomes 0xff. */
function narrow(bytes: Uint8Array, start: number, low: 0 | 1): Uint8Array {
  const text = new Uint8Array((bytes.length - start) >>> 1);
  for (let unit = 0, at = start; unit < text.length; unit++, at += 2) {
    const high = bytes[at + 1 - low]!;
    text[unit] = high === 0 ? bytes[at + low]! : 0xff;
  }
  return text;
}
