/** Numbers of the frame layer (RFC 9113, sections 4 and 6). */

/** Frame types (section 6). */
export const FrameType = {
  DATA: 0x0,
  HEADERS: 0x1,
  PRIORITY: 0x2,
  RST_STREAM: 0x3,
  SETTINGS: 0x4,
  PUSH_PROMISE: 0x5,
  PING: 0x6,
  GOAWAY: 0x7,
  WINDOW_UPDATE: 0x8,
  CONTINUATION: 0x9,
} as const;

/** Flags; which of them a frame may carry depends on its type. */
export const Flag = {
  END_STREAM: 0x1,
  ACK: 0x1,
  END_HEADERS: 0x4,
  PADDED: 0x8,
  PRIORITY: 0x20,
} as const;

/** Settings (section 6.5.2). */
export const Setting = {
  HEADER_TABLE_SIZE: 0x1,
  ENABLE_PUSH: 0x2,
  MAX_CONCURRENT_STREAMS: 0x3,
  INITIAL_WINDOW_SIZE: 0x4,
  MAX_FRAME_SIZE: 0x5,
  MAX_HEADER_LIST_SIZE: 0x6,
} as const;

/** Octets of a frame's header (section 4.1). */
export const FRAME_HEADER_SIZE = 9;
/** The largest payload before a SETTINGS frame allows more (section 6.5.2); we never allow more. */
export const DEFAULT_MAX_FRAME_SIZE = 16_384;
/** The largest payload that SETTINGS_MAX_FRAME_SIZE can allow. */
export const LARGEST_MAX_FRAME_SIZE = 16_777_215;
/** A window before SETTINGS or WINDOW_UPDATE change it (section 6.9.2). */
export const DEFAULT_WINDOW_SIZE = 65_535;
/** The largest window (section 6.9.1), and the largest stream id. */
export const MAX_31_BIT = 0x7fff_ffff;
/** What a client sends first (section 3.4). */
export const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
