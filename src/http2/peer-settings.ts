/** What the peer's SETTINGS say (RFC 9113, section 6.5.2). */
import { ConnectionError, ErrorCode } from "./error-codes.js";
import {
  DEFAULT_MAX_FRAME_SIZE,
  DEFAULT_WINDOW_SIZE,
  LARGEST_MAX_FRAME_SIZE,
  MAX_31_BIT,
  Setting,
} from "./frame-types.js";

/** The size of HPACK's table before SETTINGS change it (RFC 7541, section 4.2). */
const DEFAULT_TABLE_SIZE = 4_096;

/** The peer's settings, as far as a server uses them. */
export class PeerSettings {
  /** Octets that a new stream may be sent. */
  initialWindow = DEFAULT_WINDOW_SIZE;
  /**
   * Whether the peer has made its decoder's table smaller than the one that it began with. The next
   * header block must then say that the table is empty (RFC 7541, section 4.2).
   */
  mustEmptyTable = false;

  /**
   * Reads the payload of a SETTINGS frame.
   *
   * @returns by how much the windows of open streams change
   * @throws ConnectionError for a value that is out of its range
   */
  read(bytes: Buffer, start: number, end: number): number {
    const before = this.initialWindow;
    for (let at = start; at < end; at += 6) {
      this.#set(bytes.readUInt16BE(at), bytes.readUInt32BE(at + 2));
    }
    return this.initialWindow - before;
  }

  #set(setting: number, value: number): void {
    if (setting === Setting.INITIAL_WINDOW_SIZE) {
      if (value > MAX_31_BIT) throw outOfRange(ErrorCode.FLOW_CONTROL_ERROR, "INITIAL_WINDOW_SIZE");
      this.initialWindow = value;
    } else if (setting === Setting.MAX_FRAME_SIZE) {
      // We send no larger frames than the default in any case.
      if (value < DEFAULT_MAX_FRAME_SIZE || value > LARGEST_MAX_FRAME_SIZE) {
        throw outOfRange(ErrorCode.PROTOCOL_ERROR, "MAX_FRAME_SIZE");
      }
    } else if (setting === Setting.ENABLE_PUSH) {
      if (value > 1) throw outOfRange(ErrorCode.PROTOCOL_ERROR, "ENABLE_PUSH");
    } else if (setting === Setting.HEADER_TABLE_SIZE && value < DEFAULT_TABLE_SIZE) {
      this.mustEmptyTable = true;
    }
  }
}

function outOfRange(
  code: number,
  name: "INITIAL_WINDOW_SIZE" | "MAX_FRAME_SIZE" | "ENABLE_PUSH",
): ConnectionError {
  return new ConnectionError(code, `SETTINGS_${name} out of its range`);
}
