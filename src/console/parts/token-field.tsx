import { CopyButton } from "./copy-button.js";
import { describedBy, Field } from "./field.js";

/** The token that the cards work on. */
export interface TokenFieldProps {
  readonly token: string;
  readonly onChange: (token: string) => void;
}

/** Where a token is pasted. White space around it comes with pasting and is no part of it. */
export function TokenField({ token, onChange }: TokenFieldProps) {
  return (
    <Field
      id="token"
      label="Token"
      hint={`${token.length === 0 ? "Paste one, or generate it. " : `${token.length} characters. `}It stays in this page's memory and goes to this server only.`}
    >
      <textarea
        id="token"
        class="input mono token-text"
        rows={4}
        value={token}
        placeholder="Z0FBQUFB…"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        aria-describedby={describedBy("token")}
        onInput={(event) => onChange(event.currentTarget.value.trim())}
      />
      {token !== "" && (
        <div class="token-tools">
          <CopyButton text={token} what="the token" />
          <button type="button" class="button quiet" onClick={() => onChange("")}>
            Clear
          </button>
        </div>
      )}
    </Field>
  );
}
