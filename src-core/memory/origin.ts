/** Where a word of memory was read from. Lines and columns from 0, columns in UTF-16 units. */
export type Origin =
  | {
      readonly kind: 'text';
      readonly source: string;
      readonly line: number;
      readonly start: number;
      readonly end: number;
    }
  | { readonly kind: 'file'; readonly source: string; readonly offset: number };

/** A text or an image that gave words to a memory. */
export interface MemorySource {
  readonly name: string;
  /**
   * Where the word at this byte address stands in the source; `undefined`: not there.
   * @param frame number of the 4 KiB frame
   * @param offset byte within the frame
   */
  originOf(frame: number, offset: number): Origin | undefined;
}
