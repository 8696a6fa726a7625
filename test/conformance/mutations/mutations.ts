/** The mistakes that watched verification must not make, one by one, in each language. */
import { ANSWER_MUTATIONS } from "./answer-mutations.js";
import { FEED_MUTATIONS } from "./feed-mutations.js";
import { GO, JAVA, type Mutation, mistake, PYTHON, RUST, TYPESCRIPT } from "./mutation.js";

/** All of them. */
export const MUTATIONS: readonly Mutation[] = [
  ...mistake(
    "a kept answer is not held against what is revoked",
    "applies the revocation of a token",
    {
      "typescript-node": [
        `${TYPESCRIPT}/watched-verifier.ts`,
        ["if (!this.#state.live.hits(answer)) return;", "if (answer) return;"],
      ],
      python: [
        `${PYTHON}/core.py`,
        ["        if live.hits(answer.facts):\n", "        if False:\n"],
      ],
      go: [`${GO}/verifier.go`, ["if isRevoked {", "if isRevoked && v == nil {"]],
      java: [`${JAVA}/WatchCore.java`, ["if (live.hits(answer)) {", "if (live == null) {"]],
      rust: [
        `${RUST}/verifier.rs`,
        ["if verdict == Verdict::Revoked {", "if verdict == Verdict::Revoked && false {"],
      ],
    },
  ),
  ...mistake(
    "a cut-off is not compared with the start of the session",
    "cuts a user's session off by the start, whenever a token was refreshed",
    {
      "typescript-node": [
        `${TYPESCRIPT}/live-set.ts`,
        ["!isAfter(sessionStartedAt, issuedBefore) || !isAfter", "!isAfter"],
      ],
      python: [
        `${PYTHON}/answers.py`,
        ["min(to_micros(started), to_micros(message.issued_at))", "to_micros(message.issued_at)"],
      ],
      go: [
        `${GO}/revoked_set.go`,
        [
          "min(valid.SessionStartedAt.UnixMicro(), valid.IssuedAt.UnixMicro())",
          "valid.IssuedAt.UnixMicro()",
        ],
      ],
      java: [
        `${JAVA}/KeptAnswer.java`,
        [
          "Math.min(micros(claims.sessionStartedAt()), micros(claims.issuedAt()))",
          "micros(claims.issuedAt())",
        ],
      ],
      rust: [
        `${RUST}/revoked.rs`,
        ["micros(claims.session_started_at.min(claims.issued_at))", "micros(claims.issued_at)"],
      ],
    },
  ),
  ...mistake("the age of the feed is not looked at", "asks beyond the bound of staleness", {
    "typescript-node": [
      `${TYPESCRIPT}/watched-verifier.ts`,
      [
        "return stalenessMs !== undefined && stalenessMs <= this.#options.maxStalenessMs;",
        "return stalenessMs !== undefined;",
      ],
    ],
    python: [
      `${PYTHON}/core.py`,
      ["if staleness is None or staleness > self._limits.max_staleness:", "if staleness is None:"],
    ],
    go: [`${GO}/verifier.go`, ["if last.age(now) > v.config.maxStaleness {", "if v == nil {"]],
    java: [
      `${JAVA}/WatchCore.java`,
      [
        "return checkpoint.staleness(now.nanos) <= maxStalenessNanos\n        && checkpoint",
        "return checkpoint",
      ],
    ],
    rust: [`${RUST}/verifier.rs`, ["if age > self.max_staleness {", "if age == Duration::MAX {"]],
  }),
  ...mistake(
    "a snapshot is taken for complete before its last page",
    "takes no checkpoint amid the snapshot for the end of it",
    {
      "typescript-node": [
        `${TYPESCRIPT}/feed-state.ts`,
        [
          '    if (this.#isAmidSnapshot) return false;\n    if (!this.#isComplete) throw new MalformedFeedError("a checkpoint before the snapshot");\n',
          "",
        ],
      ],
      python: [
        `${PYTHON}/feed_state.py`,
        [
          '        if self._is_amid_snapshot:  # the set in force lacks what the server has yet to tell\n            return False\n        if not self._is_complete:\n            raise MalformedFeedError("a checkpoint before the snapshot")\n',
          "",
        ],
      ],
      go: [
        `${GO}/feed_state.go`,
        [
          "\tif s.isAmidSnapshot {\n\t\treturn false, nil\n\t}\n\tif !s.isComplete {\n\t\treturn false, errMalformedFeed\n\t}\n",
          "",
        ],
      ],
      java: [
        `${JAVA}/FeedState.java`,
        [
          '    if (isAmidSnapshot) {\n      return false; // the set in force lacks what the server has yet to tell\n    }\n    if (!isComplete) {\n      throw new FeedException("a checkpoint before the snapshot");\n    }\n',
          "",
        ],
      ],
      rust: [
        `${RUST}/state.rs`,
        [
          "        if self.is_amid_snapshot {\n            return Ok(false);\n        }\n        if !self.is_complete {\n            return Err(FeedFault::Malformed);\n        }\n",
          "",
        ],
      ],
    },
  ),
  ...mistake(
    "the wall clock tells the age of the feed",
    "is not made fresh by a wall clock that is set back",
    {
      "typescript-node": [
        `${TYPESCRIPT}/steady-clock.ts`,
        ["    const steady = this.#clock.steady();\n", "    const steady = this.#clock.wall();\n"],
      ],
      python: [
        `${PYTHON}/core.py`,
        [
          "self.telling = limits, clocks, telling\n",
          "self.telling = limits, Clocks(clocks.wall, clocks.wall), telling\n",
        ],
      ],
      go: [
        `${GO}/steady_clock.go`,
        [
          "monotonic = c.clock.Monotonic() - c.monotonic\n",
          "monotonic = c.clock.Wall().Sub(c.wallStart)\n",
        ],
      ],
      java: [
        `${JAVA}/WatchClocks.java`,
        [
          "    return new Asked(nanos.getAsLong(), wallMillis.getAsLong());\n",
          "    return new Asked(wallMillis.getAsLong() * NANOS_PER_MILLI, wallMillis.getAsLong());\n",
        ],
      ],
      rust: [
        `${RUST}/clock.rs`,
        [
          "        let monotonic = nanos(self.clock.monotonic().saturating_sub(self.monotonic));\n",
          "        let monotonic = self.clock.wall().duration_since(self.wall_start).map_or(0, nanos);\n",
        ],
      ],
    },
  ),
  ...FEED_MUTATIONS,
  ...ANSWER_MUTATIONS,
];
