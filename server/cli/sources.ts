import { readFile } from 'node:fs/promises';

import {
  type AddressBase,
  type AddressMap,
  addressMapOf,
  type Directive,
  type FrameStore,
  formatWord,
  indexedImage,
  type IndexedPage,
  mergeMemories,
  parseWord,
  rawImage,
  TextIndex,
} from '../../src-core/index';
import { isRecord } from '../settings-schema';
import { type CliIo, inputProblem, usageProblem } from './command';
import { readJsonFile } from './json-file';
import { openLargeImage } from './open-image';
import { textBytes } from './text-bytes';

/** What the sources on a command line hold together. */
export interface SourceMemory {
  readonly memory: FrameStore;
  /** The texts among them, in order. */
  readonly texts: readonly TextIndex[];
  /** What their comment lines say together; a later source's counts. */
  readonly directive: Directive | undefined;
  /** What is stated of their addresses, for a root given by hand; `undefined`: nothing. */
  readonly addresses?: AddressMap | undefined;
  /** Things to know about the reading, a line each: overlaps, pages an index names in vain. */
  readonly notes: readonly string[];
}

/**
 * By which address a guest's own pages are placed: the guest's, so that its tables can be walked by
 * themselves, or the host's, where second-level tables are walked as well.
 */
export type PageAddress = 'gpa' | 'hpa';

interface Source {
  readonly memory: FrameStore;
  readonly text?: TextIndex;
  readonly notes: readonly string[];
}

/**
 * Reads texts, raw images and JSON indices into one memory; `-` is standard input.
 * @param base where addresses of dumps and offsets of images lie, whatever comment lines say
 * @throws CliProblem (1) for a file that cannot be read or whose index makes no sense
 */
export async function readSources(
  given: readonly string[],
  io: CliIo,
  pagesBy: PageAddress,
  base: AddressBase = {},
): Promise<SourceMemory> {
  if (given.filter((name) => name === '-').length > 1) {
    throw usageProblem('standard input (-) can be read only once');
  }
  // An image that an index among the sources places is no source of its own.
  const placed = new Set(given.filter((name) => /\.json$/i.test(name)).map(imageOf));
  const names = given.filter((name) => !placed.has(name));
  const sources: Source[] = [];
  for (const name of names) {
    io.progress(`reading ${name}`);
    sources.push(await readSource(name, io, pagesBy, base));
  }
  const { memory, overlaps } = mergeMemories(sources.map((source) => source.memory));
  const texts = sources.flatMap(({ text }) => (text ? [text] : []));
  const overlapNotes = overlaps
    .filter(({ differing }) => differing > 0)
    .map(
      ({ frame, source }) =>
        `${names[source]!}: page ${formatWord(BigInt(frame) << 12n)} differs from an earlier source; this one counts`,
    );
  return {
    memory,
    texts,
    directive: texts.findLast((text) => text.directives().length > 0)?.directive(),
    addresses: addressMapOf(base) ?? texts.at(-1)?.mapAt(Infinity),
    notes: [...sources.flatMap(({ notes }) => notes), ...overlapNotes],
  };
}

async function readSource(
  name: string,
  io: CliIo,
  pagesBy: PageAddress,
  base: AddressBase,
): Promise<Source> {
  if (/\.json$/i.test(name)) return readIndexed(name, pagesBy);
  const large = name === '-' || base.base !== undefined ? undefined : openLargeImage(name);
  if (large) return { memory: large.memory, notes: [] };
  const bytes = textBytes(name === '-' ? await readAll(io.stdin()) : await readBytes(name));
  if (looksBinary(bytes)) return { memory: imageAt(bytes, name, base.base ?? 0n), notes: [] };
  const text = new TextIndex(bytes, name, base);
  return { memory: text.memory, text, notes: textNotes(name, text) };
}

/** An image whose first byte has that physical address. */
function imageAt(bytes: Uint8Array, name: string, base: bigint): FrameStore {
  if (base === 0n) return rawImage(bytes, name);
  if (base % 4096n !== 0n) {
    throw usageProblem(`--base ${formatWord(base)}: ${name} is an image, which begins with a page`);
  }
  const pages = Array.from({ length: Math.ceil(bytes.length / 4096) }, (_, page) => ({
    address: base + BigInt(page * 4096),
    fileOffset: page * 4096,
  }));
  return indexedImage(bytes, pages, name).memory;
}

/** Problems told one by one; the rest as a number. */
const notesTold = 5;

/** What is wrong with lines of a text, a line each: cut lines, words that are no hex. */
function textNotes(name: string, text: TextIndex): string[] {
  const wrong = text.findings().filter(({ severity }) => severity === 'warning');
  const told = wrong
    .slice(0, notesTold)
    .map(({ line, message }) => `${name}:${line + 1}: ${message}`);
  const more = wrong.length - told.length;
  return more > 0 ? [...told, `${name}: ${more} more lines with problems`] : told;
}

/** Text has no zero bytes; an image of page tables has them in every entry. */
function looksBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 0x10000).includes(0);
}

async function readIndexed(name: string, pagesBy: PageAddress): Promise<Source> {
  const pages = indexedPages(name, await readJsonFile(name), pagesBy);
  const image = imageOf(name);
  const { memory, problems } = indexedImage(await readBytes(image), pages, image);
  return { memory, notes: problems.map(({ message }) => `${name}: ${message}`) };
}

/** The binary file beside a JSON index. */
function imageOf(index: string): string {
  return index.replace(/\.json$/i, '.bin');
}

/** `pages: [{hpa, file_offset}]` of an index; a guest's own tables have a `gpa` beside. */
function indexedPages(name: string, index: unknown, pagesBy: PageAddress): IndexedPage[] {
  const pages: unknown = isRecord(index) ? index.pages : undefined;
  if (!Array.isArray(pages)) {
    throw inputProblem(`${name} has no list 'pages' of {"hpa", "file_offset"}`);
  }
  return pages.map((page: unknown, at) => {
    const { hpa, gpa, file_offset: fileOffset } = isRecord(page) ? page : {};
    const written = pagesBy === 'gpa' ? (gpa ?? hpa) : hpa;
    const address = typeof written === 'string' ? parseWord(written) : undefined;
    if (address === undefined || typeof fileOffset !== 'number') {
      throw inputProblem(`${name}: page ${at} has no 'hpa' and 'file_offset'`);
    }
    return { address, fileOffset };
  });
}

async function readBytes(name: string): Promise<Uint8Array> {
  try {
    return await readFile(name);
  } catch (error) {
    throw inputProblem(`cannot read ${name}: ${reasonOf(error)}`);
  }
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'no permission',
  EISDIR: 'it is a folder',
};

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return (code !== undefined && reasons[code]) || error.message;
}
