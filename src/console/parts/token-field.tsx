import { useState } from "preact/hooks";
import { readPasted } from "../pasted-token.js";
import { CopyButton } from "./copy-button.js";
import { describedBy, Field } from "./field.js";

/** The token that the cards work on. */
export interface TokenFieldProps {
  readonly token: string;
  readonly onChange: (token: string) => void;
}

/** Where a token is pasted. What comes with pasting and is no part of a token is taken off, and named. */
export function TokenField({ token, onChange }: TokenFieldProps) {
  const [pasted, setPasted] = useState(readPasted(token));
  // Another card may have set another token since.
  const removed = pasted.token === token ? pasted.removed : [];
  const amount = token === "" ? "Paste one, or generate it." : `${token.length} characters.`;
  const taken = removed.length > 0 ? ` Taken off: ${removed.join(", ")}.` : "";
  return (
    <Field
      id="token"
      label="Token"
      hint={`${amount}${taken} It stays in this page's memory and goes to this server only.`}
      fault={readPasted(token).fault}
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
        onInput={(event) => {
          const read = readPasted(event.currentTarget.value);
          setPasted(read);
          onChange(read.token);
        }}
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
