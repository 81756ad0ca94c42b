/** Memory as a walk reads it, a word at a time: a frame store, or one seen through other tables. */
export interface WordSource {
  /** The word at a byte address; `undefined`: not held, or not to be read. */
  readWord(address: bigint, bytes: 4 | 8): bigint | undefined;
}
