import { describeError } from "../describe-error.js";

/** An error, with everything that it tells. */
export function ErrorNote({ error }: { readonly error: unknown }) {
  const { name, message, rows, aboutToken } = describeError(error);
  return (
    <div class="error-note" role="alert">
      <p class="error-title">
        <strong class="mono">{name}</strong> {message}
      </p>
      <dl class="facts">
        {rows.map(([term, value]) => (
          <div class="fact" key={term}>
            <dt>{term}</dt>
            <dd class="mono">{value}</dd>
          </div>
        ))}
      </dl>
      {!aboutToken && <p class="hint">The call failed. This says nothing about a token.</p>}
    </div>
  );
}
