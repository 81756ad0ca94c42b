/** A hexadecimal number as a person typed it, or what is wrong with it. */
export type TypedHex = { readonly value: bigint } | { readonly problem: string };

/**
 * Reads `0x…` or bare hexadecimal of at most 64 bits. Blanks around it, and `_` and WinDbg's
 * backtick between digits, are allowed.
 */
export function readHex(typed: string): TypedHex {
  const digits = typed.trim().replace(/^0x/i, '').replace(/[_`]/g, '');
  if (digits === '') return { problem: 'Type a number in hexadecimal.' };
  const stranger = /[^0-9a-f]/i.exec(digits);
  if (stranger) return { problem: `'${stranger[0]}' is no hexadecimal digit.` };
  const significant = digits.replace(/^0+(?=.)/, '');
  if (significant.length > 16)
    return { problem: `${String(significant.length)} digits: 64 bits have at most 16.` };
  return { value: BigInt(`0x${significant}`) };
}

/** As the protocol wants it: `0x…`, lower case, no padding. */
export function formatHex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
