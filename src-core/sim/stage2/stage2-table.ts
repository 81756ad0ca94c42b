import { TablePage } from '../table-page';

/** A table page of stage 2, one of the root's concatenated ones included. */
export class Stage2Table {
  readonly page: TablePage;
  /**
   * `page_count()`: one for being there, and one for each entry that is not zero, valid or not. A
   * cell, so that the journal can change it back.
   */
  readonly references = new Uint32Array([1]);

  /**
   * @param level where it stands, as the architecture counts
   * @param start first input address its entries cover; of a table that is not linked yet 0
   */
  constructor(
    pa: number,
    entries: number,
    readonly level: number,
    readonly start: number,
  ) {
    this.page = new TablePage(pa, new Uint32Array(2 * entries));
  }

  get pa(): number {
    return this.page.pa;
  }

  get entries(): number {
    return this.page.words.length / 2;
  }

  get count(): number {
    return this.references[0]!;
  }

  /** Byte address of an entry: `ptep`. */
  addressOf(index: number): number {
    return this.pa + 8 * index;
  }
}
