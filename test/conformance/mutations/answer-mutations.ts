/** Mistakes with answers that come late, with the clock that tells how late, and with calls beyond a rate. */
import { GO, JAVA, type Mutation, mistake, PYTHON, RUST, TYPESCRIPT } from "./mutation.js";

const TYPESCRIPT_CALLS = "src/client/persistent-transport.ts";
const PYTHON_CALLS = "gen/python/src/secure_token_client/attempts.py";
const RUST_CALLS = "gen/rust/src/call.rs";

/** All of them. */
export const ANSWER_MUTATIONS: readonly Mutation[] = [
  ...mistake(
    "an answer is taken however late it comes",
    "refuses an answer that was on its way for longer than the bound",
    {
      "typescript-node": [
        `${TYPESCRIPT}/watched-verifier.ts`,
        ["if (kept === undefined) this.#refuseLate(answer);", ""],
      ],
      python: [
        `${PYTHON}/core.py`,
        [
          "if age > self._limits.max_staleness and not self._vouches_for(answer, now):",
          "if False:",
        ],
      ],
      go: [`${GO}/verifier.go`, ["case now-answer.asked <= v.config.maxStaleness:", "case true:"]],
      java: [
        `${JAVA}/WatchCore.java`,
        ["if (age > maxStalenessNanos && !vouchesFor(answer, now)) {", "if (age < 0) {"],
      ],
      rust: [
        `${RUST}/verifier.rs`,
        ["if answer.age(now) <= self.max_staleness {", "if answer.age(now) <= Duration::MAX {"],
      ],
    },
  ),
  ...mistake(
    "an answer is as old as the first try of its call",
    "takes an answer for as old as the try that gave it",
    {
      "typescript-node": [
        `${TYPESCRIPT}/questions.ts`,
        ["        askedAt = this.#clock.now();\n      },", "      },"],
      ],
      python: [`${PYTHON}/questions.py`, ["self._asked = self._present()", "return"]],
      go: [`${GO}/tries.go`, ["\t\tt.note()\n", "\t\t_ = t\n"]],
      java: [`${JAVA}/Questions.java`, ["() -> asked.set(core.now())", "() -> {}"]],
      rust: [
        `${RUST}/questions.rs`,
        ["*lock(&self.asked) = self.clock.now();", "let _ = self.clock.now();"],
      ],
    },
  ),
  ...mistake(
    "a sleep after the wall clock was set back is not counted",
    "counts a sleep after the wall clock was set back",
    {
      "typescript-node": [
        `${TYPESCRIPT}/steady-clock.ts`,
        [
          "Math.max(0, this.#gained + (wall - this.#wall) - awake)",
          "this.#gained + (wall - this.#wall) - awake",
        ],
      ],
      python: [
        `${PYTHON}/clocks.py`,
        [
          "max(0.0, self._gained + read[1] - self._read[1] - awake)",
          "self._gained + read[1] - self._read[1] - awake",
        ],
      ],
      go: [
        `${GO}/steady_clock.go`,
        ["\tif gained < 0 || gained >= leastSleep {", "\tif gained >= leastSleep {"],
      ],
      java: [
        `${JAVA}/WatchClocks.java`,
        [
          "return Math.max(0, gained + passed - awakeBy(next));",
          "return gained + passed - awakeBy(next);",
        ],
      ],
      rust: [
        `${RUST}/clock.rs`,
        ["if !(0..LEAST_SLEEP).contains(&gained) {", "if gained >= LEAST_SLEEP {"],
      ],
    },
  ),
  ...mistake(
    "a rate is waited for",
    "does not wait where the server says that it is asked too much",
    {
      "typescript-node": [
        `${TYPESCRIPT}/questions.ts`,
        ["waitForRate: false,", "waitForRate: true,"],
      ],
      python: [
        PYTHON_CALLS,
        ["is not None and (self._waits_for_rate or not is_beyond_rate(status)):", "is not None:"],
      ],
      go: [
        `${GO}/retry.go`,
        ["delay == 0 || isBeyondRate(st) && ctx.Value(atOnceKey{}) != nil", "delay == 0"],
      ],
      java: [
        `${JAVA}/Attempts.java`,
        [
          "delay.isPresent() && (waitsForRate || !CallErrors.isBeyondRate(error))",
          "delay.isPresent()",
        ],
      ],
      rust: [
        RUST_CALLS,
        ["if !client.waits_for_rate => {", "if !client.waits_for_rate && round.number > 99 => {"],
      ],
    },
  ),
  ...mistake("want of room is taken for a rate", "waits where the server has no room", {
    "typescript-node": [
      TYPESCRIPT_CALLS,
      ["const mayWait = !isBeyondRate(error) ||", "const mayWait = !isShortage(error) ||"],
    ],
    python: [
      PYTHON_CALLS,
      ["(self._waits_for_rate or not is_beyond_rate(status))", "self._waits_for_rate"],
    ],
    go: [`${GO}/retry.go`, ["isBeyondRate(st) && ctx.Value", "ctx.Value"]],
    java: [
      `${JAVA}/Attempts.java`,
      ["(waitsForRate || !CallErrors.isBeyondRate(error))", "waitsForRate"],
    ],
    rust: [
      RUST_CALLS,
      ["Some(delay) if is_beyond_rate(status) =>", "Some(delay) if round < 99 =>"],
    ],
  }),
];
