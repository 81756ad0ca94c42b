/** What the upper levels of a map come to, in the order of addresses. */
export const itemKind = { table: 0, entry: 1, refused: 2, missing: 3 } as const;

/** Places in an item's numbers. */
export const item = {
  kind: 0,
  level: 1,
  /** First 4 KiB page of addresses. */
  at: 2,
  /** Table: its first byte's page and offset in it. Missing: the page of tables. */
  frame: 3,
  offset: 4,
  /** Missing: pages of addresses. */
  pages: 5,
  /** Entry: its halves. */
  lo: 6,
  hi: 7,
  /** Rights gathered above. */
  andLo: 8,
  andHi: 9,
  orLo: 10,
  orHi: 11,
} as const;

/** Numbers an item takes: item I begins at `I * itemNumbers`. */
export const itemNumbers = 12;

/** Items that wait until tables of the last level are read: in columns, since they are many. */
export class MapItems {
  numbers = new Float64Array(64 * itemNumbers);
  count = 0;

  /** A new item, its numbers as they happen to be; returns where they begin. */
  add(kind: number, level: number, at: number): number {
    const place = this.count++ * itemNumbers;
    if (place === this.numbers.length) {
      const larger = new Float64Array(place * 2);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers[place + item.kind] = kind;
    this.numbers[place + item.level] = level;
    this.numbers[place + item.at] = at;
    return place;
  }

  /** The rights with which the walk has come to an item. */
  setRights(place: number, andLo: number, andHi: number, orLo: number, orHi: number): void {
    const { numbers } = this;
    numbers[place + item.andLo] = andLo;
    numbers[place + item.andHi] = andHi;
    numbers[place + item.orLo] = orLo;
    numbers[place + item.orHi] = orHi;
  }
}
