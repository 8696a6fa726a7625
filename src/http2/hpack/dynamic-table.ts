/** The dynamic table of a decoder (RFC 7541, sections 2.3.2 and 4). */

/** A header field, and what its name and value were found to be when they were decoded. */
export interface Field {
  readonly name: string;
  readonly value: string;
  /** Whether name and value keep the rules of RFC 9113, section 8.2. */
  readonly isValid: boolean;
}

/** What an entry costs beside its octets (RFC 7541, section 4.1). */
export const ENTRY_OVERHEAD = 32;

/** The size of a field as tables and header lists count it. */
export function sizeOf(field: Field): number {
  return field.name.length + field.value.length + ENTRY_OVERHEAD;
}

/** A ring of fields, the newest with index 0. */
export class DynamicTable {
  /** Changes whenever an index may mean another field than before. */
  version = 0;
  #ring: (Field | undefined)[] = [];
  #newest = 0;
  #count = 0;
  #size = 0;
  #maxSize: number;

  /** @param maxSize in octets */
  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  /** How many fields it holds. */
  get count(): number {
    return this.#count;
  }

  /** The field at an index, undefined beyond the last. */
  get(index: number): Field | undefined {
    if (index >= this.#count) return undefined;
    return this.#ring[(this.#newest - index) & (this.#ring.length - 1)];
  }

  /** Adds a field, and evicts what has no room beside it; a field that is too large empties the table. */
  add(field: Field): void {
    this.version++;
    const size = sizeOf(field);
    this.#evictTo(this.#maxSize - size);
    if (size > this.#maxSize) return;
    if (this.#count === this.#ring.length) this.#grow();
    this.#newest = (this.#newest + 1) & (this.#ring.length - 1);
    this.#ring[this.#newest] = field;
    this.#count++;
    this.#size += size;
  }

  /** Changes the most octets that the table may hold (section 4.3). */
  resize(maxSize: number): void {
    this.version++;
    this.#maxSize = maxSize;
    this.#evictTo(maxSize);
  }

  #evictTo(room: number): void {
    while (this.#count > 0 && this.#size > room) {
      const oldest = (this.#newest - this.#count + 1) & (this.#ring.length - 1);
      this.#size -= sizeOf(this.#ring[oldest] as Field);
      this.#ring[oldest] = undefined;
      this.#count--;
    }
  }

  /** Doubles the ring, whose length stays a power of two. */
  #grow(): void {
    const fields = Array.from({ length: this.#count }, (_, index) => this.get(index)).reverse();
    const length = Math.max(8, this.#ring.length * 2);
    this.#ring = [...fields, ...new Array<undefined>(length - fields.length)];
    this.#newest = fields.length - 1;
  }
}
