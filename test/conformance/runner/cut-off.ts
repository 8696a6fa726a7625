/** Ends the connection of a call as a server does that takes its client for an attacker. */
import type { RequestListener } from "node:http";
import { constants, type Http2ServerRequest } from "node:http2";

/** GOAWAY with ENHANCE_YOUR_CALM; HTTP/1.1 has no word for it. */
export const cutOff: RequestListener = (request) => {
  const { stream } = request as unknown as Partial<Http2ServerRequest>;
  if (stream?.session) stream.session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
  else request.socket.destroy();
};
