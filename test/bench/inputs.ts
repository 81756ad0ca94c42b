import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';

import { denseImage, type Image, imageBase, mixedImage } from './image';
import { xpText } from './xp-text';

const million = 1 << 20;
const textBytes = 100_000_000;

/** Every image by name, and how it is made. */
const images: Readonly<Record<string, () => Image>> = {
  d1m: () => denseImage(million, 1),
  d16m: () => denseImage(16 * million, 2),
  mix: () => mixedImage(million, 3),
};

/** Makes the files that are not there yet; says so line by line. */
export function makeInputs(folder: string, say: (line: string) => void): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, make] of Object.entries(images)) {
    const text = name === 'd16m' ? `${folder}/${name}.xp.txt` : undefined;
    if (existsSync(`${folder}/${name}.raw`) && (!text || existsSync(text))) continue;
    say(`making ${name}`);
    const { tables, addresses } = make();
    writeWhole(`${folder}/${name}.addrs`, addresses);
    if (text) writeWhole(text, xpText(tables, textBytes));
    writeImage(`${folder}/${name}.raw`, tables);
  }
}

/** A file is there whole or not at all. */
function writeWhole(path: string, bytes: Uint8Array | Uint32Array): void {
  writeFileSync(`${path}.part`, bytes);
  renameSync(`${path}.part`, path);
}

/** The hole before the tables, and tables that nobody uses, take no room on the disk. */
function writeImage(path: string, tables: Uint32Array): void {
  const file = openSync(`${path}.part`, 'w');
  const pages = tables.length / 1024;
  for (let page = 0; page < pages; page++) {
    const table = tables.subarray(page * 1024, (page + 1) * 1024);
    if (page === pages - 1 || table.some((half) => half !== 0)) {
      writeSync(file, table, 0, table.byteLength, imageBase + page * 4096);
    }
  }
  closeSync(file);
  renameSync(`${path}.part`, path);
}
