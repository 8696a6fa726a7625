/** Reads header blocks (RFC 7541, sections 3, 5 and 6). */
import type { CutReason } from "../cut-reasons.js";
import { ConnectionError, ErrorCode } from "../error-codes.js";
import { isFieldName, isFieldValue } from "../field-syntax.js";
import { DynamicTable, type Field, sizeOf } from "./dynamic-table.js";
import { decodeHuffman } from "./huffman.js";
import { STATIC_TABLE } from "./static-table.js";

/** Takes the fields of a block, in their order. */
export interface FieldSink {
  field(field: Field): void;
}

/** The largest integer that is read. No length or index in a block that we accept is larger. */
const MAX_INTEGER = 0x0fff_ffff;

const STATIC_FIELDS: readonly Field[] = STATIC_TABLE.map(([name, value]) => ({
  name,
  value,
  isValid: true,
}));

/** The decoder of one connection. It keeps the dynamic table from block to block. */
export class HpackDecoder {
  readonly #table: DynamicTable;
  readonly #maxTableSize: number;
  #bytes = EMPTY;
  #at = 0;
  #end = 0;

  /** @param maxTableSize what SETTINGS_HEADER_TABLE_SIZE announced, in octets */
  constructor(maxTableSize: number) {
    this.#table = new DynamicTable(maxTableSize);
    this.#maxTableSize = maxTableSize;
  }

  /** Changes when the same block may no longer mean the same fields. */
  get version(): number {
    return this.#table.version;
  }

  /**
   * Reads a whole block.
   *
   * @param maxListSize the largest header list in octets as RFC 9113, section 6.5.2, counts them. Fields
   *   beyond it are read, for the table's sake, and not handed on.
   * @returns the size of the whole list, counted in the same way
   * @throws ConnectionError COMPRESSION_ERROR where the block is none; the connection cannot go on
   */
  decode(bytes: Buffer, start: number, end: number, maxListSize: number, sink: FieldSink): number {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    let listSize = 0;
    let maySetSize = true;
    while (this.#at < end) {
      const first = bytes[this.#at] as number;
      if ((first & 0xe0) === 0x20) {
        if (!maySetSize) throw malformed("a table size in the middle of a block");
        this.#setTableSize();
        continue;
      }
      maySetSize = false;
      const field = this.#field(first);
      listSize += sizeOf(field);
      if (listSize <= maxListSize) sink.field(field);
    }
    // The connection's read buffer must not live as long as the decoder.
    this.#bytes = EMPTY;
    return listSize;
  }

  #field(first: number): Field {
    if (first & 0x80) return this.#indexed(this.#integer(0x7f));
    if (first & 0x40) {
      const field = this.#literal(0x3f);
      this.#table.add(field);
      return field;
    }
    // Without indexing, and never indexed: a decoder treats them alike.
    return this.#literal(0x0f);
  }

  #setTableSize(): void {
    const size = this.#integer(0x1f);
    if (size > this.#maxTableSize) throw malformed("a table size above the announced one");
    this.#table.resize(size);
  }

  #literal(mask: number): Field {
    const index = this.#integer(mask);
    let name: string;
    let isValid = true;
    if (index === 0) {
      name = this.#string();
      isValid = isFieldName(name);
    } else {
      const named = this.#indexed(index);
      name = named.name;
      isValid = named.isValid || isFieldName(name);
    }
    const value = this.#string();
    return { name, value, isValid: isValid && isFieldValue(value) };
  }

  #indexed(index: number): Field {
    const field =
      index < STATIC_FIELDS.length
        ? STATIC_FIELDS[index]
        : this.#table.get(index - STATIC_FIELDS.length);
    if (field === undefined || index === 0) throw malformed("an index that no table has");
    return field;
  }

  #integer(mask: number): number {
    if (this.#at >= this.#end) throw malformed("a block that ends within a field");
    let value = (this.#bytes[this.#at++] as number) & mask;
    if (value < mask) return value;
    for (let shift = 0; ; shift += 7) {
      if (this.#at >= this.#end || shift > 21) throw malformed("an integer without an end");
      const byte = this.#bytes[this.#at++] as number;
      value += (byte & 0x7f) << shift;
      if (value > MAX_INTEGER) throw malformed("an integer that is too large");
      if ((byte & 0x80) === 0) return value;
    }
  }

  #string(): string {
    const isHuffman = this.#at < this.#end && ((this.#bytes[this.#at] as number) & 0x80) !== 0;
    const length = this.#integer(0x7f);
    const start = this.#at;
    const end = start + length;
    if (end > this.#end) throw malformed("a string longer than its block");
    this.#at = end;
    if (!isHuffman) return this.#bytes.toString("latin1", start, end);
    const text = decodeHuffman(this.#bytes, start, end);
    if (text === undefined) throw malformed("a string in no Huffman code");
    return text;
  }
}

const EMPTY: Buffer = Buffer.alloc(0);

/** What may be wrong with a block: the rest of the reasons that begin so. */
type BlockFault<R = CutReason> = R extends `header block: ${infer Fault}` ? Fault : never;

function malformed(fault: BlockFault): ConnectionError {
  return new ConnectionError(ErrorCode.COMPRESSION_ERROR, `header block: ${fault}`);
}
