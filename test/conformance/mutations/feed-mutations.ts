/** Mistakes about feeds that lag, come late, last long or are refused. */
import { type Mutation, mistake, RUST, TYPESCRIPT } from "./mutation.js";

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
      ["now - this.#openedAt > MAX_LIFE_MS", "this.#openedAt > now"],
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
    rust: [
      `${RUST}/feed.rs`,
      [
        "End::Call(error) if !is_given && is_refusal(&error) => {",
        "End::Call(error) if is_refusal(&error) => {",
      ],
    ],
  }),
];
