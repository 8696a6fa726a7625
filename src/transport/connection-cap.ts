/** Bounds how many connections are open, at the cost of those that nobody known has used. */
import type { Socket } from "node:net";
import { networkOf } from "./address-list.js";
import type { CutReason } from "./cut-reasons.js";

/** How long a connection is left to say something, in milliseconds. */
const GRACE_MS = 1_000;
/** The share that is closed at once when there is no more room, so that few connections look at all others. */
const SHARE = 0.05;
/** The share that one address may hold, or one /64 of IPv6. */
const ADDRESS_SHARE = 0.75;

/** One open connection. */
interface Entry {
  /** What is closed, and whose bytes count: under TLS the decrypted socket, once there is one. */
  socket: Socket;
  readonly peer: string;
  readonly openedAt: number;
  /** The other end's; of IPv6 its /64. */
  readonly address: string;
  /** Whether it has carried a call of a caller that the server knows. */
  isKnown: boolean;
}

const entries = new WeakMap<Socket, Entry>();

/** Notes that a connection has carried a call of a caller that the server knows: it is displaced last. */
export function noteKnownCaller(socket: Socket): void {
  const entry = entries.get(socket);
  if (entry !== undefined) entry.isKnown = true;
}

/** The open connections of a listener. */
export class ConnectionCap {
  readonly #max: number;
  readonly #maxOfAddress: number;
  readonly #onDisplaced: (socket: Socket, reason: CutReason) => void;
  readonly #entries = new Map<Socket, Entry>();
  readonly #byAddress = new Map<string, number>();
  readonly #byPeer = new Map<string, Entry>();
  #makesRoom = true;

  /**
   * @param max open connections; of one address, three quarters of them
   * @param onDisplaced is told of each connection that is closed to make room, or for want of it
   */
  constructor(max: number, onDisplaced: (socket: Socket, reason: CutReason) => void) {
    this.#max = max;
    this.#maxOfAddress = Math.max(1, Math.floor(max * ADDRESS_SHARE));
    this.#onDisplaced = onDisplaced;
  }

  /**
   * Counts a new connection. Beyond the maximum it makes room first: an attacker who holds
   * connections open must not keep others out. `closed` must follow.
   *
   * @returns false when the connection was closed, since there was no room to make
   */
  admit(socket: Socket): boolean {
    const now = performance.now();
    const address = networkOf(socket.remoteAddress ?? "");
    const ofAddress = this.#byAddress.get(address) ?? 0;
    const isFull =
      ofAddress >= this.#maxOfAddress
        ? !this.#makeRoom(now, address)
        : this.#entries.size >= this.#max && !this.#makeRoom(now, undefined);
    if (isFull) {
      this.#onDisplaced(socket, "no room for one more connection");
      socket.destroy();
      return false;
    }
    const entry: Entry = { socket, peer: peerOf(socket), openedAt: now, address, isKnown: false };
    this.#entries.set(socket, entry);
    this.#byPeer.set(entry.peer, entry);
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
    entries.set(socket, entry);
    return true;
  }

  /**
   * From now on no connection is closed to make room. A server that ends owes those that are open their answers; and while
   * it accepts those that wait, it reads nothing, and so counts connections that their clients have closed.
   */
  keepAll(): void {
    this.#makesRoom = false;
  }

  /** Counts a connection no more, which has closed. */
  closed(socket: Socket): void {
    const entry = this.#entries.get(socket);
    if (entry) this.#forget(socket, entry);
  }

  /** Takes the decrypted socket of a connection that was admitted, in place of the raw one. */
  adopt(decrypted: Socket): void {
    // Node does not tell which raw socket a TLSSocket stands on.
    const entry = this.#byPeer.get(peerOf(decrypted));
    if (entry === undefined || entry.socket === decrypted) return;
    entry.socket = decrypted;
    entries.set(decrypted, entry);
  }

  /**
   * Closes some connections: those of whoever holds most, of these the quietest. One that a known caller has used is
   * closed only where there is no other, however new the others are.
   */
  #makeRoom(now: number, address: string | undefined): boolean {
    if (!this.#makesRoom) return false;
    const all = [...this.#entries].filter(
      ([, entry]) => address === undefined || entry.address === address,
    );
    const unknown = all.filter(([, { isKnown }]) => !isKnown);
    const candidates = (unknown.length > 0 ? unknown : all).filter(
      ([, { openedAt }]) => now - openedAt >= GRACE_MS,
    );
    const held = (entry: Entry) => this.#byAddress.get(entry.address) ?? 0;
    candidates.sort(([, a], [, b]) => held(b) - held(a) || a.socket.bytesRead - b.socket.bytesRead);
    const displaced = candidates.slice(0, Math.max(1, Math.floor(this.#max * SHARE)));
    for (const [raw, entry] of displaced) {
      this.#forget(raw, entry);
      this.#onDisplaced(entry.socket, "displaced by newer connections");
      entry.socket.destroy();
    }
    return displaced.length > 0;
  }

  #forget(raw: Socket, entry: Entry): void {
    this.#entries.delete(raw);
    const { address, peer } = entry;
    if (this.#byPeer.get(peer) === entry) this.#byPeer.delete(peer);
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
