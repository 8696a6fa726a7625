/**
 * Closes HTTP/2 sessions that cost much and ask for little: floods of control frames, of resets, of
 * bytes that belong to no call; sessions that ask for nothing; sessions that are old; sessions that
 * will not leave.
 *
 * nghttp2 and Node stop a flood when its answers pile up, but a client that reads them, or sends
 * what needs no answer, may go on for ever: nghttp2 sends GOAWAY and reads on.
 */
import { constants, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { Budget } from "./budget.js";
import type { ConnectionLimits } from "./limits.js";
import { isLeaving } from "./safe-close.js";

/** How often sessions are looked at, in milliseconds. */
const SWEEP_MS = 250;
/** How long the other end may take to close a connection that has ended, in milliseconds. */
const LINGER_MS = 1_000;
/** PING and SETTINGS. Some clients measure the line with a PING for every answer they get. */
const CONTROL = { most: 500, perSecond: 20, perStream: 4 };
/** Below nghttp2's own budget of 1000 and 33, which ends in a GOAWAY and an open connection. */
const RESETS = { most: 400, perSecond: 30, perAnswer: 0.1 };
/** Bytes that no call accounts for. A stream earns what its headers and its body may take. */
const BYTES = { most: 256 * 1024, perSecond: 64 * 1024 };

/** Watches every session of a listener. */
export class SessionGuard {
  readonly #limits: ConnectionLimits;
  readonly #sessions = new Set<GuardedSession>();
  #sweep: NodeJS.Timeout | undefined;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  /**
   * Watches a session that begins on `socket`, until the socket is closed. At `retireAt`, on the
   * clock of `performance.now()`, it is told to leave.
   */
  watch(session: ServerHttp2Session, socket: Socket, retireAt: number): void {
    const guarded = new GuardedSession(session, socket, this.#limits, retireAt);
    this.#sessions.add(guarded);
    socket.once("close", () => this.#forget(guarded));
    this.#sweep ??= setInterval(() => {
      const now = performance.now();
      for (const each of this.#sessions) each.look(now);
    }, SWEEP_MS);
  }

  #forget(guarded: GuardedSession): void {
    this.#sessions.delete(guarded);
    if (this.#sessions.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }
}

class GuardedSession {
  readonly #session: ServerHttp2Session;
  readonly #socket: Socket;
  readonly #limits: ConnectionLimits;
  readonly #retireAt: number;
  readonly #control: Budget;
  readonly #resets: Budget;
  readonly #bytes: Budget;
  #bytesRead: number;
  #openStreams = 0;
  #streamsSinceLook = 0;
  #everAsked = false;
  #idleSince: number;
  #leavingSince: number | undefined;

  constructor(
    session: ServerHttp2Session,
    socket: Socket,
    limits: ConnectionLimits,
    retireAt: number,
  ) {
    const now = performance.now();
    const { maxConcurrentStreams, maxStreamBytes } = limits;
    this.#session = session;
    this.#socket = socket;
    this.#limits = limits;
    this.#retireAt = retireAt;
    this.#control = new Budget(CONTROL.most, CONTROL.perSecond, now);
    this.#resets = new Budget(RESETS.most, RESETS.perSecond, now);
    // Only streams that are open can still receive what they have earned.
    const mostBytes = BYTES.most + maxConcurrentStreams * maxStreamBytes;
    this.#bytes = new Budget(mostBytes, BYTES.perSecond, now);
    this.#bytes.spend(mostBytes - BYTES.most);
    this.#bytesRead = socket.bytesRead;
    this.#idleSince = now;
    const onControl = () => {
      if (!this.#control.spend(1)) this.#cut("too many PING or SETTINGS frames");
    };
    session.on("ping", onControl);
    session.on("remoteSettings", onControl);
    session.on("stream", (stream) => this.#onStream(stream));
  }

  #onStream(stream: ServerHttp2Stream): void {
    this.#openStreams++;
    this.#streamsSinceLook++;
    stream.on("close", () => {
      this.#openStreams--;
      const wasted = stream.aborted || stream.rstCode !== constants.NGHTTP2_NO_ERROR;
      if (!wasted) this.#resets.earn(RESETS.perAnswer);
      else if (!this.#resets.spend(1)) this.#cut("too many streams reset");
    });
  }

  /** Settles what was used since the last look. */
  look(now: number): void {
    const { bytesRead, destroyed } = this.#socket;
    if (destroyed) return;
    const streams = this.#streamsSinceLook;
    this.#streamsSinceLook = 0;
    this.#control.fill(now);
    this.#control.earn(streams * CONTROL.perStream);
    this.#resets.fill(now);
    this.#bytes.fill(now);
    this.#bytes.earn(streams * this.#limits.maxStreamBytes);
    const used = bytesRead - this.#bytesRead;
    this.#bytesRead = bytesRead;
    if (!this.#bytes.spend(used)) this.#cut("too many bytes that belong to no call");
    if (streams > 0) this.#everAsked = true;
    if (streams > 0 || this.#openStreams > 0) this.#idleSince = now;
    this.#endIdle(now);
    if (now > this.#retireAt) this.#session.close();
    this.#endLeaving(now);
  }

  #endIdle(now: number): void {
    const { firstRequestTimeoutMs, idleSessionTimeoutMs } = this.#limits;
    const patience = this.#everAsked ? idleSessionTimeoutMs : firstRequestTimeoutMs;
    // A session without streams ends at once; a client with a call on its way is told to retry it.
    if (now - this.#idleSince > patience) this.#session.close();
  }

  #endLeaving(now: number): void {
    const { destroyed } = this.#session;
    if (!isLeaving(this.#session) && !destroyed) return;
    this.#leavingSince ??= now;
    const patience = destroyed ? LINGER_MS : this.#limits.leaveTimeoutMs;
    if (now - this.#leavingSince > patience) this.#socket.destroy();
  }

  #cut(reason: string): void {
    // In the middle of a read it would not be safe.
    setImmediate(() => {
      if (this.#session.destroyed) return;
      this.#session.destroy(new Error(reason), constants.NGHTTP2_ENHANCE_YOUR_CALM);
    });
  }
}
