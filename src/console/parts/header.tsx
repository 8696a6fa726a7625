import type { TargetedSubmitEvent } from "preact";
import { useState } from "preact/hooks";
import type { ExportedConfig } from "../../client/web.js";
import { apiKeyFault, type KeyState } from "../session.js";
import { VERSION } from "../version.js";
import { describedBy, Field } from "./field.js";

/** The page's head: which server this is, and as whom it is called. */
export interface HeaderProps {
  /** Unset while the server has not told, or does not tell this caller. */
  readonly config: ExportedConfig | undefined;
  readonly apiKey: string;
  readonly onApiKey: (apiKey: string) => void;
  readonly keyOpen: boolean;
  readonly onKeyOpen: (open: boolean) => void;
  /** What the server has said of the key; `refused` too where it wants one and there is none. */
  readonly keyState: KeyState;
}

/** Name, facts, and the API key where one is wanted. */
export function Header(props: HeaderProps) {
  const { config, apiKey, keyOpen, onKeyOpen } = props;
  return (
    <header class="header">
      <div class="header-bar">
        <Mark />
        <h1 class="header-name">Secure Token</h1>
        <p class="header-facts mono">
          <span>{window.location.host}</span>
          {config?.keys[0] && <span>key {config.keys[0].keyId}</span>}
          <span>version {VERSION}</span>
          {config && <span>default {config.defaultExpirationHours} h</span>}
        </p>
        <button
          type="button"
          class="button"
          aria-expanded={keyOpen}
          aria-controls="api-key-panel"
          onClick={() => onKeyOpen(!keyOpen)}
        >
          {apiKey === "" ? "API key" : "API key set"}
        </button>
      </div>
      <div id="api-key-panel" hidden={!keyOpen}>
        {keyOpen && <ApiKeyField {...props} />}
      </div>
    </header>
  );
}

/** The key is used once it is complete: a server may count the wrong ones that it is shown. */
function ApiKeyField({ apiKey, onApiKey, keyState, config }: HeaderProps) {
  const [draft, setDraft] = useState(apiKey);
  const refused =
    apiKey === "" ? "This server wants an API key" : "The server refused this API key";
  const draftFault = apiKeyFault(draft);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!draftFault) onApiKey(draft);
  };
  const forget = () => {
    setDraft("");
    onApiKey("");
  };
  const accepted = apiKey !== "" && keyState === "accepted" && draft === apiKey;
  return (
    <form onSubmit={submit} noValidate>
      <Field
        id="api-key"
        label="API key of this caller"
        hint="Sent as “authorization: Bearer …”. Kept in memory only: a reload forgets it."
        fault={draftFault ?? (keyState === "refused" && draft === apiKey ? refused : undefined)}
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
      {accepted && (
        <p class="success" role="status">
          The server accepts this key{!config && ", which may not read the configuration"}.
        </p>
      )}
    </form>
  );
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect class="mark-ground" width="32" height="32" rx="8" />
      <circle class="mark-line" cx="16" cy="12.5" r="5" />
      <path class="mark-line" d="M16 17.5v8.5M16 22h4" />
    </svg>
  );
}
