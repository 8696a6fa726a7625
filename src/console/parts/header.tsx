import type { ExportedConfig } from "../../client/web.js";
import { VERSION } from "../version.js";
import { ApiKeyField, type ApiKeyFieldProps } from "./api-key-field.js";

/** The page's head: which server this is, and as whom it is called. */
export interface HeaderProps extends ApiKeyFieldProps {
  /** Unset while the server has not told, or does not tell this caller. */
  readonly config: ExportedConfig | undefined;
  readonly keyOpen: boolean;
  readonly onKeyOpen: (open: boolean) => void;
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
          <span>version {config?.serverVersion || VERSION}</span>
          {config && <span>default {config.defaultExpirationHours} h</span>}
        </p>
        {/* In a tab of its own: leaving this page would forget its tokens. */}
        <a class="button" href="./reference.html" target="_blank" rel="noopener">
          Documentation <span class="visually-hidden">of RPCs and errors, in a new tab</span>
        </a>
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

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect class="mark-ground" width="32" height="32" rx="8" />
      <circle class="mark-line" cx="16" cy="12.5" r="5" />
      <path class="mark-line" d="M16 17.5v8.5M16 22h4" />
    </svg>
  );
}
