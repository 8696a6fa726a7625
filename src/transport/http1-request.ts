/** Requests of HTTP/1.1, of whose bodies each piece is counted as it comes. */
import { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

/**
 * The class of a server's requests. Node makes a buffer and calls for each piece of a body, which is what came of a chunk in
 * one read: a body in chunks of one octet takes it hundreds of times what one takes that is sent at once.
 *
 * @param onPiece is told of each piece that comes over a connection, and how many octets it has
 */
export function countedRequests(
  onPiece: (socket: Socket, octets: number) => void,
): typeof IncomingMessage {
  return class extends IncomingMessage {
    override push(piece: Buffer | null, encoding?: BufferEncoding): boolean {
      if (piece !== null) onPiece(this.socket, piece.length);
      return super.push(piece, encoding);
    }

    /** Node drops what comes behind an answer, pieces that nobody would count. */
    _dump(): void {
      this.resume();
    }
  };
}
