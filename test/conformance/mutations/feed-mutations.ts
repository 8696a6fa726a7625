/** Mistakes about feeds that lag, come late, last long or are refused. */
import { GO, JAVA, type Mutation, mistake, PYTHON, RUST, TYPESCRIPT } from "./mutation.js";

/** All of them. */
export const FEED_MUTATIONS: readonly Mutation[] = [
  ...mistake(
    "a snapshot takes back what was known",
    "keeps what a server that lags does not tell",
    {
      "typescript-node": [
        `${TYPESCRIPT}/feed-state.ts`,
        ["  readonly live: LiveSet;\n", "  live: LiveSet;\n"],
        [
          "        this.live.add(event.revocations);\n        this.#isAmid",
          "        if (event.first) this.live = new LiveSet();\n        this.live.add(event.revocations);\n        this.#isAmid",
        ],
      ],
      python: [
        `${PYTHON}/feed_state.py`,
        [
          "        self._is_amid_snapshot = not page.last\n",
          "        self.live = LiveSet() if page.first else self.live\n        self._is_amid_snapshot = not page.last\n",
        ],
      ],
      go: [
        `${GO}/feed_state.go`,
        [
          "\ts.isAmidSnapshot = !page.GetLast()\n",
          "\tif page.GetFirst() {\n\t\ts.revoked.sweep(1 << 62)\n\t}\n\ts.isAmidSnapshot = !page.GetLast()\n",
        ],
      ],
      java: [
        `${JAVA}/FeedState.java`,
        [
          "    isAmidSnapshot = !page.getLast();\n",
          "    if (page.getFirst()) {\n      live.sweep(Long.MAX_VALUE / 2);\n    }\n    isAmidSnapshot = !page.getLast();\n",
        ],
      ],
      rust: [
        `${RUST}/state.rs`,
        [
          "        known.revoked.add(&page.revocations)?;\n",
          "        if page.first {\n            known.revoked.sweep(SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 35));\n        }\n        known.revoked.add(&page.revocations)?;\n",
        ],
      ],
    },
  ),
  ...mistake(
    "how long a checkpoint was on its way is not counted",
    "counts how long a checkpoint was on its way",
    {
      "typescript-node": [
        `${TYPESCRIPT}/feed-state.ts`,
        ["uptime === undefined ? now : this.#askedAt + toMillis(uptime);", "now;"],
      ],
      python: [
        `${PYTHON}/feed_state.py`,
        ["known_as_of = min(now, self.asked_at + uptime)", "known_as_of = now"],
      ],
      go: [
        `${GO}/feed_state.go`,
        ["knownAsOf -= max(0, now-s.asked-uptime)", "knownAsOf -= 0 * uptime"],
      ],
      java: [
        `${JAVA}/FeedState.java`,
        ["age(now.nanos) - uptime.toNanos()", "0 * uptime.toNanos()"],
      ],
      rust: [
        `${RUST}/state.rs`,
        ["uptime.map_or(now, |uptime| self.asked + uptime)", "uptime.map_or(now, |_| now)"],
      ],
    },
  ),
  ...mistake(
    "a feed that comes too late goes on",
    "opens a feed again that comes later than half the bound, and counts anew",
    {
      "typescript-node": [
        `${TYPESCRIPT}/feed.ts`,
        ["if (state.delayMs > this.#options.maxStalenessMs / 2) {", "if (state.delayMs < 0) {"],
      ],
      python: [`${PYTHON}/feed_policy.py`, ["if self._core.is_late():", "if False:"]],
      go: [`${GO}/feed.go`, ["if last.delay > f.hooks.bound/2 {", "if last.delay < 0 {"]],
      java: [`${JAVA}/Feed.java`, ["if (core.isLate()) {", "if (core == null) {"]],
      rust: [
        `${RUST}/feed.rs`,
        [
          "if self.progress.delay() > shared.max_staleness / 2 {",
          "if self.progress.delay() == Duration::MAX {",
        ],
      ],
    },
  ),
  ...mistake("a feed lasts for ever", "opens the feed again after five minutes, and goes on", {
    "typescript-node": [`${TYPESCRIPT}/feed.ts`, ["return ageMs > MAX_LIFE_MS;", "return false;"]],
    python: [`${PYTHON}/feed_policy.py`, ["return age > _MAX_AGE", "return False"]],
    go: [`${GO}/feed.go`, ["return age > maxFeedAge", "return false"]],
    java: [`${JAVA}/FeedLife.java`, ["return age.compareTo(LONGEST) > 0;", "return false;"]],
    rust: [`${RUST}/life.rs`, ["return age > MAX_LIFE;", "return false;"]],
  }),
  ...mistake(
    "a feed that was given and is refused is not asked for again at once",
    "opens a feed again that was given and ends with PERMISSION_DENIED",
    {
      "typescript-node": [
        `${TYPESCRIPT}/feed.ts`,
        ["      if (isGiven) tries = REFUSED_TRIES;\n", ""],
        ["(!isGiven && isRefusal(cause))", "isRefusal(cause)"],
      ],
      python: [
        `${PYTHON}/feed_policy.py`,
        ["            if was_given:\n", "            if False:\n"],
      ],
      go: [`${GO}/feed.go`, ["\tcase isGiven:\n\t\treturn false\n", ""]],
      java: [`${JAVA}/Feed.java`, ["      if (wasGiven) {\n", "      if (code == null) {\n"]],
      rust: [
        `${RUST}/feed.rs`,
        [
          "End::Call(error) if !is_given && is_refusal(&error) => {",
          "End::Call(error) if is_refusal(&error) => {",
        ],
      ],
    },
  ),
  ...mistake(
    "what a wall clock that was ahead has dropped is taken for nothing",
    "vouches for nothing whose revocation a wall clock that is ahead has ended",
    {
      "typescript-node": [
        `${TYPESCRIPT}/live-set.ts`,
        ["return seconds <= this.#forgottenUntil;", "return seconds < -Infinity;"],
      ],
      python: [
        `${PYTHON}/core.py`,
        ["if answer.facts.expires_at <= live.forgotten_until:", "if False:"],
      ],
      go: [`${GO}/verifier.go`, ["isInDoubt && !isRevoked {", "isInDoubt && v == nil {"]],
      java: [
        `${JAVA}/WatchCore.java`,
        ["if (live.mayHaveForgotten(answer)) {", "if (live == null) {"],
      ],
      rust: [
        `${RUST}/revoked.rs`,
        [
          "} else if subject.expires_at <= entries.forgotten_until {",
          "} else if entries.max == 0 {",
        ],
      ],
    },
  ),
  ...mistake(
    "what a wall clock that was ahead has dropped is not asked for again",
    "asks for everything once a wall clock was ahead, and vouches again",
    {
      "typescript-node": [
        `${TYPESCRIPT}/feed-state.ts`,
        ['this.live.hasForgotten(wallMs) ? "" : this.cursor', "this.cursor"],
      ],
      python: [
        `${PYTHON}/feed_state.py`,
        ['"" if self.live.forgotten_until > wall else self.cursor', "self.cursor"],
      ],
      go: [
        `${GO}/feed_state.go`,
        ["if s.revoked.hasForgotten(wall.UnixMicro()) {", "if s == nil {"],
      ],
      java: [
        `${JAVA}/FeedState.java`,
        ["last == null || live.hasForgotten(now.wallMillis)", "last == null"],
      ],
      rust: [
        `${RUST}/state.rs`,
        ["has_forgotten(wall) {", "has_forgotten(wall) && self.cursor.is_empty() {"],
      ],
    },
  ),
  ...mistake(
    "a server that lags is believed to have told what was dropped",
    "does not vouch again on the word of a server that lags",
    {
      "typescript-node": [
        `${TYPESCRIPT}/feed-state.ts`,
        ["toMillis(uptime) >= stalenessMs", "toMillis(uptime) >= 0"],
      ],
      python: [`${PYTHON}/feed_state.py`, ["uptime >= staleness:", "uptime >= 0:"]],
      go: [`${GO}/feed_state.go`, ["uptime >= staleness {", "uptime >= 0 {"]],
      java: [
        `${JAVA}/FeedState.java`,
        ["uptime.compareTo(staleness) >= 0", "!uptime.isNegative()"],
      ],
      rust: [
        `${RUST}/state.rs`,
        ["|uptime| uptime >= staleness", "|uptime| uptime >= Duration::ZERO"],
      ],
    },
  ),
  ...mistake(
    "a feed whose server knows too little goes on",
    "leaves a server that knows too little, later each time",
    {
      "typescript-node": [
        `${TYPESCRIPT}/feed.ts`,
        ["if (ageMs <= this.#behindLifeMs) return false;", "if (ageMs >= 0) return false;"],
      ],
      python: [`${PYTHON}/feed_policy.py`, ["if age <= self._behind_age:", "if age >= 0:"]],
      go: [`${GO}/feed.go`, ["if age <= f.behindAge {", "if age >= 0 {"]],
      java: [
        `${JAVA}/FeedLife.java`,
        ["if (age.compareTo(behind) <= 0) {", "if (!age.isNegative()) {"],
      ],
      rust: [`${RUST}/life.rs`, ["if age <= self.behind {", "if age >= Duration::ZERO {"]],
    },
  ),
];
