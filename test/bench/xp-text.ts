import { imageBase } from './image';

const digits = Uint8Array.from('0123456789abcdef', (letter) => letter.charCodeAt(0));
/** `%016x: 0x%016x 0x%016x` and the line's end. */
const lineLength = 56;

/** Tables as QEMU's `xp /Ngx` prints them, at most so many bytes of text. */
export function xpText(tables: Uint32Array, most: number): Uint8Array {
  const lines = Math.min(tables.length >>> 2, Math.floor(most / lineLength));
  const text = new Uint8Array(lines * lineLength).fill(0x20);
  for (let line = 0; line < lines; line++) {
    const at = line * lineLength;
    const address = imageBase + line * 16;
    writeWord(text, at, address % 2 ** 32, Math.floor(address / 2 ** 32));
    text[at + 16] = 0x3a;
    for (let word = 0; word < 2; word++) {
      const place = at + 18 + word * 19;
      const half = line * 4 + word * 2;
      text[place] = 0x30;
      text[place + 1] = 0x78;
      writeWord(text, place + 2, tables[half]!, tables[half + 1]!);
    }
    text[at + lineLength - 1] = 0x0a;
  }
  return text;
}

/** 16 hexadecimal digits. */
function writeWord(text: Uint8Array, at: number, lo: number, hi: number): void {
  for (let digit = 0; digit < 8; digit++) {
    text[at + digit] = digits[(hi >>> (28 - digit * 4)) & 15]!;
    text[at + 8 + digit] = digits[(lo >>> (28 - digit * 4)) & 15]!;
  }
}
