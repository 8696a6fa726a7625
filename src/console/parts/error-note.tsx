import { describeError } from "../describe-error.js";
import { visibleText } from "../visible-text.js";

/** An error, with everything that it tells. */
export function ErrorNote({ error }: { readonly error: unknown }) {
  const { name, message, rows, aboutToken } = describeError(error);
  return (
    <div class="error-note" role="alert">
      <p class="error-title">
        <strong class="mono">{name}</strong> <bdi>{visibleText(message)}</bdi>
      </p>
      <dl class="facts">
        {rows.map(([term, value]) => (
          <div class="fact" key={term}>
            <dt>{term}</dt>
            <dd class="mono">
              <bdi>{visibleText(value)}</bdi>
            </dd>
          </div>
        ))}
      </dl>
      {!aboutToken && <p class="hint">The call failed. This says nothing about a token.</p>}
    </div>
  );
}
