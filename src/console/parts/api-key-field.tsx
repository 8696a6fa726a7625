import type { TargetedSubmitEvent } from "preact";
import { useState } from "preact/hooks";
import type { KeyVerdict } from "../key-verdict.js";
import { apiKeyFault } from "../session.js";
import { describedBy, Field } from "./field.js";

/** The credential that the page calls with. */
export interface ApiKeyFieldProps {
  /** Empty where the page calls without one. */
  readonly apiKey: string;
  readonly onApiKey: (apiKey: string) => void;
  readonly verdict: KeyVerdict;
}

/** The key is used once it is complete: a server may count the wrong ones that it is shown. */
export function ApiKeyField({ apiKey, onApiKey, verdict }: ApiKeyFieldProps) {
  const [draft, setDraft] = useState(apiKey);
  const draftFault = apiKeyFault(draft);
  // A verdict is about the key in use, not about one that is being typed.
  const current = draft === apiKey ? verdict : undefined;
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!draftFault) onApiKey(draft);
  };
  const forget = () => {
    setDraft("");
    onApiKey("");
  };
  return (
    <form onSubmit={submit} noValidate>
      <Field
        id="api-key"
        label="API key of this caller"
        hint="Sent as “authorization: Bearer …”. Kept in memory only: a reload forgets it."
        fault={draftFault ?? (current?.state === "refused" ? current.text : undefined)}
      >
        <div class="api-key">
          <input
            id="api-key"
            class="input mono"
            type="password"
            value={draft}
            autocomplete="off"
            spellcheck={false}
            aria-describedby={describedBy("api-key")}
            onInput={(event) => setDraft(event.currentTarget.value.trim())}
          />
          <button type="submit" class="button">
            Use key
          </button>
          {apiKey !== "" && (
            <button type="button" class="button" onClick={forget}>
              Forget key
            </button>
          )}
        </div>
      </Field>
      {current?.state === "accepted" && (
        <p class="success" role="status">
          <bdi>{current.text}</bdi>
        </p>
      )}
    </form>
  );
}
