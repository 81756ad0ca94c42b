/** A list of whole numbers below 2^32 that grows, without an object an entry. */
export class NumberColumn {
  private room = new Uint32Array(256);
  length = 0;

  push(value: number): void {
    if (this.length === this.room.length) {
      const larger = new Uint32Array(this.room.length * 2);
      larger.set(this.room);
      this.room = larger;
    }
    this.room[this.length++] = value;
  }

  at(index: number): number {
    return this.room[index]!;
  }

  set(index: number, value: number): void {
    this.room[index] = value;
  }

  /** The numbers themselves; to be used only while nothing is pushed. */
  get values(): Uint32Array {
    return this.room.subarray(0, this.length);
  }
}

/** A list of addresses or frame numbers, which have up to 52 bits. */
export class AddressColumn {
  private room = new Float64Array(256);
  length = 0;

  push(value: number): void {
    if (this.length === this.room.length) {
      const larger = new Float64Array(this.room.length * 2);
      larger.set(this.room);
      this.room = larger;
    }
    this.room[this.length++] = value;
  }

  at(index: number): number {
    return this.room[index]!;
  }

  /** The numbers themselves; to be used only while nothing is pushed. */
  get values(): Float64Array {
    return this.room.subarray(0, this.length);
  }
}
