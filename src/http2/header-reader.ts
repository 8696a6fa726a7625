/** Puts header blocks together from their frames and reads them. */
import { ConnectionError, ErrorCode } from "./error-codes.js";
import { type HeaderFields, HeaderListReader } from "./header-fields.js";
import { HpackDecoder } from "./hpack/decoder.js";
import type { Http2Limits } from "./limits.js";

/** The size of the decoder's table, in octets; what a peer may use without being told otherwise. */
const TABLE_SIZE = 4_096;
/** How long a block may be to be remembered, in octets. */
const MAX_REMEMBERED_BLOCK = 1_024;
/**
 * How large a list may be to be remembered, and all of a connection's together, in octets as RFC 9113, section 6.5.2,
 * counts them, their blocks included. Blocks tell nothing of it: an octet may stand for an entry of the whole table.
 */
const MAX_REMEMBERED_LIST = 4_096;
const MAX_REMEMBERED_TOTAL = 16_384;

/** A header list that was read. */
export interface HeaderList {
  readonly fields: HeaderFields;
  /** What is wrong with it, for the log; undefined for a list that can be served. */
  readonly fault: string | undefined;
  /** Its size in octets, as RFC 9113, section 6.5.2, counts it. */
  readonly size: number;
  /** Whether it is larger than it may be. */
  readonly isTooLarge: boolean;
}

/** Reads the header blocks of a connection. */
export class HeaderReader {
  readonly #limits: Http2Limits;
  readonly #decoder = new HpackDecoder(TABLE_SIZE);
  readonly #reader = new HeaderListReader();
  /** Lists that can be served, by their blocks, as long as the decoder's table does not change. */
  #known: Map<string, HeaderList> | undefined;
  #knownSize = 0;
  #parts: Buffer[] | undefined;
  #partsSize = 0;

  constructor(limits: Http2Limits) {
    this.#limits = limits;
  }

  /**
   * Reads a request's block. A block that this connection has sent before, with the decoder's table as
   * it was then, is not decoded again: the same list is given.
   */
  request(bytes: Buffer, start: number, end: number): HeaderList {
    if (end - start > MAX_REMEMBERED_BLOCK) return this.#read(bytes, start, end, false);
    const text = bytes.toString("latin1", start, end);
    const known = this.#known?.get(text);
    if (known !== undefined) return known;
    const { version } = this.#decoder;
    const list = this.#read(bytes, start, end, false);
    if (this.#decoder.version === version) this.#remember(text, list);
    return list;
  }

  /** Reads a block of trailers. */
  trailers(bytes: Buffer, start: number, end: number): HeaderList {
    return this.#read(bytes, start, end, true);
  }

  /**
   * Keeps a piece of a block whose end has not come.
   *
   * @throws ConnectionError ENHANCE_YOUR_CALM where the block has too many pieces or octets
   */
  keep(bytes: Buffer, start: number, end: number): void {
    const { maxHeaderBlockBytes, maxContinuations } = this.#limits;
    this.#partsSize += end - start;
    this.#parts ??= [];
    if (this.#partsSize > maxHeaderBlockBytes || this.#parts.length > maxContinuations) {
      throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, "a header block without an end");
    }
    this.#parts.push(Buffer.from(bytes.subarray(start, end)));
  }

  /** Takes all pieces as one block. */
  join(): Buffer {
    const block = Buffer.concat(this.#parts ?? []);
    this.#parts = undefined;
    this.#partsSize = 0;
    return block;
  }

  #read(bytes: Buffer, start: number, end: number, areTrailers: boolean): HeaderList {
    const reader = this.#reader;
    const decoder = this.#decoder;
    const { version } = decoder;
    reader.begin(areTrailers);
    const { maxHeaderListBytes } = this.#limits;
    const size = decoder.decode(bytes, start, end, maxHeaderListBytes, reader);
    const isTooLarge = size > maxHeaderListBytes;
    if (decoder.version !== version) this.#forgetAll();
    const { fields } = reader;
    const fault = areTrailers || isTooLarge ? reader.fault : reader.requestFault();
    reader.end();
    return { fields, fault, size, isTooLarge };
  }

  #remember(text: string, list: HeaderList): void {
    if (list.fault !== undefined || list.size > MAX_REMEMBERED_LIST) return;
    const size = text.length + list.size;
    if (this.#knownSize + size > MAX_REMEMBERED_TOTAL) this.#forgetAll();
    this.#knownSize += size;
    // Calls share it.
    Object.freeze(list.fields);
    this.#known ??= new Map();
    this.#known.set(text, list);
  }

  #forgetAll(): void {
    this.#known = undefined;
    this.#knownSize = 0;
  }
}
