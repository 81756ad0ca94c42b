/**
 * Prints words the way tools do, written from the tools' documented format strings and independent
 * of the readers under test.
 */

export interface Printer {
  readonly name: string;
  /** Dialects a line may be taken for: some tools print the same lines. */
  readonly dialects: readonly string[];
  readonly addressBits: number;
  readonly print: (words: readonly bigint[], base: bigint) => string;
}

const hex = (value: bigint, digits: number): string => value.toString(16).padStart(digits, '0');

/** The words' bytes as they lie in memory. */
function bytesOf(words: readonly bigint[]): number[] {
  return words.flatMap((word) =>
    Array.from({ length: 8 }, (_, byte) => Number((word >> BigInt(byte * 8)) & 0xffn)),
  );
}

function ascii(bytes: readonly number[]): string {
  return bytes
    .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'))
    .join('');
}

/** Units of `size` bytes as numbers, of one row of bytes. */
function units(bytes: readonly number[], size: number): string[] {
  return Array.from({ length: bytes.length / size }, (_, unit) =>
    [...bytes.slice(unit * size, unit * size + size)]
      .reverse()
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join(''),
  );
}

/** Groups of `size` bytes in memory order. */
function groups(bytes: readonly number[], size: number): string[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, group) =>
    bytes
      .slice(group * size, group * size + size)
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join(''),
  );
}

type Row = (address: bigint, bytes: readonly number[]) => string;

function rows(words: readonly bigint[], base: bigint, row: Row): string {
  const bytes = bytesOf(words);
  let text = '';
  for (let at = 0; at < bytes.length; at += 16) {
    text += `${row(base + BigInt(at), bytes.slice(at, at + 16))}\n`;
  }
  return text;
}

/** Like {@link rows}, with `*` for rows that repeat the one before, and the end's address last. */
function squeezed(
  words: readonly bigint[],
  base: bigint,
  row: Row,
  last: (address: bigint) => string,
): string {
  const lines: string[] = [];
  let before = '';
  const bytes = bytesOf(words);
  for (let at = 0; at < bytes.length; at += 16) {
    const part = bytes.slice(at, at + 16);
    const key = part.join();
    if (key === before) {
      if (lines.at(-1) !== '*') lines.push('*');
    } else lines.push(row(base + BigInt(at), part));
    before = key;
  }
  return `${lines.join('\n')}\n${last(base + BigInt(bytes.length))}\n`;
}

function of(name: string, dialects: readonly string[], addressBits: number, row: Row): Printer {
  return { name, dialects, addressBits, print: (words, base) => rows(words, base, row) };
}

const backtick = (value: bigint): string =>
  `${hex(value >> 32n, 8)}\`${hex(value & 0xffffffffn, 8)}`;
const quads = (bytes: readonly number[]): bigint[] =>
  units(bytes, 8).map((unit) => BigInt(`0x${unit}`));

export const printers: readonly Printer[] = [
  of(
    'QEMU xp /gx',
    ['qemu-xp'],
    52,
    (at, b) =>
      `${hex(at, 16)}: ${units(b, 8)
        .map((unit) => `0x${unit}`)
        .join(' ')}`,
  ),
  of(
    'gdb x/gx with symbols',
    ['gdb-x'],
    52,
    (at, b) =>
      `0x${at.toString(16)} <spt+${at & 0xffn}>:\t${units(b, 8)
        .map((unit) => `0x${unit}`)
        .join('\t')}`,
  ),
  of(
    'QEMU xp /wx',
    ['qemu-xp'],
    52,
    (at, b) =>
      `${hex(at, 16)}: ${units(b, 4)
        .map((unit) => `0x${unit}`)
        .join(' ')}`,
  ),
  of(
    'QEMU xp /hx',
    ['qemu-xp'],
    52,
    (at, b) =>
      `${hex(at, 16)}: ${units(b, 2)
        .map((unit) => `0x${unit}`)
        .join(' ')}`,
  ),
  of(
    'QEMU xp /bx',
    ['qemu-xp'],
    52,
    (at, b) =>
      `${hex(at, 16)}: ${units(b, 1)
        .map((unit) => `0x${unit}`)
        .join(' ')}`,
  ),
  of(
    'gdb x/wx',
    ['gdb-x'],
    52,
    (at, b) =>
      `0x${at.toString(16)}:\t${units(b, 4)
        .map((unit) => `0x${unit}`)
        .join('\t')}`,
  ),
  of(
    'crash rd -64',
    ['crash-rd'],
    52,
    (at, b) => `${hex(at, 16)}:  ${units(b, 8).join(' ')}   ${ascii(b)}`,
  ),
  of(
    'crash rd -p -32, padded with blanks',
    ['crash-rd'],
    52,
    (at, b) => `${at.toString(16).padStart(16)}:  ${units(b, 4).join(' ')}   ${ascii(b)}`,
  ),
  of(
    'xxd',
    ['xxd', 'uboot-md'],
    52,
    (at, b) => `${hex(at, 8)}: ${groups(b, 2).join(' ')}  ${ascii(b)}`,
  ),
  of(
    'xxd -g1',
    ['xxd', 'uboot-md'],
    52,
    (at, b) => `${hex(at, 8)}: ${groups(b, 1).join(' ')}  ${ascii(b)}`,
  ),
  of(
    'xxd -e -g8',
    ['xxd-e'],
    52,
    (at, b) => `${hex(at, 8)}: ${units(b, 8).join(' ')}  ${ascii(b)}`,
  ),
  of(
    'xxd -e -g4',
    ['xxd-e'],
    52,
    (at, b) => `${hex(at, 8)}: ${units(b, 4).join(' ')}  ${ascii(b)}`,
  ),
  of(
    'U-Boot md.w',
    ['uboot-md'],
    32,
    (at, b) => `${hex(at, 8)}: ${units(b, 2).join(' ')}    ${ascii(b)}`,
  ),
  of(
    'U-Boot md.l',
    ['uboot-md'],
    32,
    (at, b) => `${hex(at, 8)}: ${units(b, 4).join(' ')}    ${ascii(b)}`,
  ),
  of(
    'U-Boot md.q',
    ['uboot-md'],
    32,
    (at, b) => `${hex(at, 8)}: ${units(b, 8).join(' ')}    ${ascii(b)}`,
  ),
  of(
    'U-Boot md.b',
    ['uboot-md'],
    32,
    (at, b) => `${hex(at, 8)}: ${units(b, 1).join(' ')}    ${ascii(b)}`,
  ),
  of(
    'WinDbg dq',
    ['windbg'],
    52,
    (at, b) => `${backtick(at)}  ${quads(b).map(backtick).join(' ')}`,
  ),
  of(
    'WinDbg !dq',
    ['windbg'],
    52,
    (at, b) => `#${at.toString(16).padStart(8)} ${quads(b).map(backtick).join(' ')}`,
  ),
  of(
    'WinDbg !dd',
    ['windbg'],
    52,
    (at, b) => `#${at.toString(16).padStart(8)} ${units(b, 4).join(' ')}`,
  ),
  of('WinDbg dd', ['windbg'], 52, (at, b) => `${backtick(at)}  ${units(b, 4).join(' ')}`),
  of(
    "print_hex_dump, a driver's prefix, words",
    ['print-hex-dump'],
    32,
    (at, b) => `[  12.345678] kvm: table: ${hex(at, 8)}: ${units(b, 8).join(' ')}  ${ascii(b)}`,
  ),
  of(
    'print_hex_dump, bytes',
    ['print-hex-dump'],
    32,
    (at, b) => `[  12.345678] raw: ${hex(at, 8)}: ${units(b, 1).join(' ')}  ${ascii(b)}`,
  ),
  {
    name: 'hexdump -C',
    dialects: ['hexdump-c'],
    addressBits: 52,
    print: (words, base) =>
      squeezed(
        words,
        base,
        (at, b) =>
          `${hex(at, 8)}  ${groups(b.slice(0, 8), 1).join(' ')}  ${groups(b.slice(8), 1).join(' ')}  |${ascii(b)}|`,
        (at) => hex(at, 8),
      ),
  },
  {
    name: 'hexdump',
    dialects: ['hexdump'],
    addressBits: 28,
    print: (words, base) =>
      squeezed(
        words,
        base,
        (at, b) => `${hex(at, 7)} ${units(b, 2).join(' ')}`,
        (at) => hex(at, 7),
      ),
  },
  {
    name: 'od -A x -t x8z',
    dialects: ['od-ax'],
    addressBits: 24,
    print: (words, base) =>
      squeezed(
        words,
        base,
        (at, b) => `${hex(at, 6)} ${units(b, 8).join(' ')}  >${ascii(b)}<`,
        (at) => hex(at, 6),
      ),
  },
  {
    name: 'od -t x8, octal offsets',
    dialects: ['od'],
    addressBits: 18,
    print: (words, base) =>
      squeezed(
        words,
        base,
        (at, b) => `${at.toString(8).padStart(7, '0')} ${units(b, 8).join(' ')}`,
        (at) => at.toString(8).padStart(7, '0'),
      ),
  },
  {
    name: 'od -A x -t x4',
    dialects: ['od-ax'],
    addressBits: 24,
    print: (words, base) =>
      squeezed(
        words,
        base,
        (at, b) => `${hex(at, 6)} ${units(b, 4).join(' ')}`,
        (at) => hex(at, 6),
      ),
  },
  of(
    'hexdump -e \'"%08_ax: " 2/8 "%016x "\'',
    ['xxd-e'],
    52,
    (at, b) => `${hex(at, 8)}: ${units(b, 8).join(' ')} `,
  ),
];

/** Groups in memory order, which the characters beside them tell from numbers: they must show some. */
export const groupedPrinters: readonly Printer[] = [4, 8, 16].map((size) =>
  of(
    `xxd -g${size}`,
    ['xxd-g'],
    52,
    (at, b) => `${hex(at, 8)}: ${groups(b, size).join(' ')}  ${ascii(b)}`,
  ),
);
