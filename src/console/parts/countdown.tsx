import { useEffect, useState } from "preact/hooks";
import type { Duration } from "../../client/web.js";
import { formatClock } from "../lifetime.js";

/** What is left of a token's life, as the server said at `askedAt` of `performance.now()`. */
export interface CountdownProps {
  readonly remaining: Duration;
  readonly askedAt: number;
  /** The token's whole lifetime, in seconds. */
  readonly lifetime: number;
  /** Called once nothing is left: it is the server that says what the token is then. */
  readonly onElapsed: () => void;
}

/** Asking again before the server's own last instant has passed would only be answered "active". */
const MARGIN_MS = 50;

/**
 * Counts down from what the server said, on a clock that nobody sets: the time of day here may be
 * wrong.
 */
export function Countdown({ remaining, askedAt, lifetime, onElapsed }: CountdownProps) {
  const endsAt = askedAt + remaining.seconds * 1000 + remaining.micros / 1000;
  const [left, setLeft] = useState(endsAt - performance.now());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      const rest = endsAt - performance.now();
      setLeft(rest);
      if (rest <= 0) timer = setTimeout(onElapsed, MARGIN_MS);
      else timer = setTimeout(tick, rest % 1000 || 1000);
    };
    tick();
    return () => clearTimeout(timer);
  }, [endsAt, onElapsed]);
  const clock = formatClock(left);
  return (
    <div class="countdown">
      <span class="countdown-clock mono" role="timer" aria-label="Time remaining">
        {clock}
      </span>
      <progress
        class="countdown-bar"
        aria-label="Lifetime remaining"
        max={lifetime}
        value={Math.max(0, left / 1000)}
      />
    </div>
  );
}
