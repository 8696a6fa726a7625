/** Mistakes about feeds that lag, come late, last long or are refused. */
import { GO, JAVA, type Mutation, mistake, PYTHON, RUST, TYPESCRIPT } from "./mutation.js";

/** All of them. */
export const FEED_MUTATIONS: readonly Mutation[] = [
  ...mistake("a snapshot takes back what was known", {
    "typescript-node": [
      `${TYPESCRIPT}/feed-state.ts`,
      ["  readonly live = new LiveSet();\n", "  live = new LiveSet();\n"],
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
        "        if page.first {\n            known.revoked.sweep(i64::MAX);\n        }\n        known.revoked.add(&page.revocations)?;\n",
      ],
    ],
  }),
  ...mistake("how long a checkpoint was on its way is not counted", {
    "typescript-node": [
      `${TYPESCRIPT}/feed-state.ts`,
      ["uptime === undefined ? now : this.#askedAt + toMillis(uptime);", "now;"],
    ],
    python: [
      `${PYTHON}/feed_state.py`,
      [
        'known_as_of = min(now, self.asked_at + _seconds(checkpoint, "uptime"))',
        '_seconds(checkpoint, "uptime")',
      ],
    ],
    go: [
      `${GO}/feed_state.go`,
      ["knownAsOf -= max(0, now-s.asked-uptime)", "knownAsOf -= 0 * uptime"],
    ],
    java: [
      `${JAVA}/FeedState.java`,
      [
        "age(now.nanos) - duration(true, told.getUptime()).toNanos()",
        "0 * duration(true, told.getUptime()).toNanos()",
      ],
    ],
    rust: [
      `${RUST}/state.rs`,
      [
        "Some(uptime) => self.asked + length_of(uptime).ok_or(FeedFault::Malformed)?,",
        "Some(uptime) => length_of(uptime).map(|_| now).ok_or(FeedFault::Malformed)?,",
      ],
    ],
  }),
  ...mistake("a feed that comes too late goes on", {
    "typescript-node": [
      `${TYPESCRIPT}/feed.ts`,
      ["if (state.delayMs > this.#options.maxStalenessMs / 2) {", "if (state.delayMs < 0) {"],
    ],
    python: [`${PYTHON}/feed_policy.py`, ["if self._core.is_late():", "if False:"]],
    go: [`${GO}/feed.go`, ["delay > f.hooks.warnAt:", "delay < 0:"]],
    java: [`${JAVA}/Feed.java`, ["if (core.isLate()) {", "if (core == null) {"]],
    rust: [
      `${RUST}/feed.rs`,
      [
        "if self.progress.delay() > shared.max_staleness / 2 {",
        "if self.progress.delay() == Duration::MAX {",
      ],
    ],
  }),
  ...mistake("a feed lasts for ever", {
    "typescript-node": [
      `${TYPESCRIPT}/feed.ts`,
      ["this.#heardAt - this.#openedAt > MAX_LIFE_MS", "this.#openedAt > this.#heardAt"],
    ],
    python: [
      `${PYTHON}/feed_policy.py`,
      ["if self._core.feed_age() > _MAX_AGE:", "if self._core.feed_age() < 0:"],
    ],
    go: [`${GO}/feed.go`, ["case now-asked > maxFeedAge:", "case now < asked:"]],
    java: [
      `${JAVA}/Feed.java`,
      ["if (core.feedAge().compareTo(MAX_AGE) > 0) {", "if (core.feedAge().isNegative()) {"],
    ],
    rust: [
      `${RUST}/feed.rs`,
      ["if now.saturating_sub(self.opened) > MAX_LIFE {", "if now == MAX_LIFE * 1000 {"],
    ],
  }),
  ...mistake("a feed that was given and is refused is not asked for again at once", {
    "typescript-node": [
      `${TYPESCRIPT}/feed.ts`,
      ["      if (isGiven) tries = REFUSED_TRIES;\n", ""],
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
  }),
];
