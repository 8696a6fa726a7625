import type { Verdict } from "../batch-tokens.js";
import { visibleText } from "../visible-text.js";

/** What the server says of each token of a batch, in the order in which they were pasted. */
export function VerdictTable({ verdicts }: { readonly verdicts: readonly Verdict[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard must reach what scrolls.
    <section class="verdicts" aria-label="Verdicts" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Token</th>
            <th scope="col">State</th>
            <th scope="col">User</th>
            <th scope="col">Permissions</th>
            <th scope="col">Detail</th>
          </tr>
        </thead>
        <tbody>
          {verdicts.map(({ state, userId, permissions, detail }, i) => (
            <tr key={i}>
              <td>{i + 1}</td>
              <td class="verdict" data-state={state}>
                {state}
              </td>
              <td>
                <bdi>{visibleText(userId)}</bdi>
              </td>
              <td class="mono">
                <bdi>{permissions.map(visibleText).join(", ")}</bdi>
              </td>
              <td>{detail}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
