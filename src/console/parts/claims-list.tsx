import type { ComponentChildren } from "preact";
import type { Claims, Instant } from "../../client/web.js";
import { claimsJson } from "../claims-json.js";
import { formatJson } from "../format-json.js";
import { visibleText } from "../visible-text.js";
import { CopyButton } from "./copy-button.js";

/** What is shown of an authentic token beside its state. */
export interface ClaimsListProps {
  readonly claims: Claims;
  readonly keyId: string | undefined;
  /** Unset where the server did not tell. The first token of a session has the id of its own. */
  readonly sessionId: string | undefined;
}

/** A token's claims, by the names that they have everywhere. */
export function ClaimsList({ claims, keyId, sessionId }: ClaimsListProps) {
  const hasData = Object.keys(claims.additionalData).length > 0;
  const json = claimsJson(claims);
  return (
    <>
      <dl class="claims">
        <Row name="user_id">
          <Text>{claims.userId}</Text>
        </Row>
        <Row name="permissions">
          {claims.permissions.length === 0 ? (
            <span class="muted">none</span>
          ) : (
            <ul class="chips">
              {claims.permissions.map((permission) => (
                <li class="chip" key={permission}>
                  <Text>{permission}</Text>
                </li>
              ))}
            </ul>
          )}
        </Row>
        {claims.audiences && (
          <Row name="audiences">
            <ul class="chips">
              {claims.audiences.map((audience) => (
                <li class="chip" key={audience}>
                  <Text>{audience}</Text>
                </li>
              ))}
            </ul>
          </Row>
        )}
        <Row name="issued_at">
          <Time instant={claims.issuedAt} />
        </Row>
        <Row name="expires_at">
          <Time instant={claims.expiresAt} />
        </Row>
        <Row name="token_id">
          <Text>{claims.tokenId}</Text>
        </Row>
        {sessionId && sessionId !== claims.tokenId && (
          <Row name="session_id">
            <Text>{sessionId}</Text>
          </Row>
        )}
        {keyId && <Row name="key_id">{keyId}</Row>}
        <Row name="additional_data">
          {hasData ? (
            <Json label="additional_data">{formatJson(claims.additionalData)}</Json>
          ) : (
            <span class="muted">none</span>
          )}
        </Row>
      </dl>
      <details class="claims-json">
        <summary>Claims as JSON</summary>
        <CopyButton text={json} what="the claims as JSON" />
        <Json label="Claims as JSON">{json}</Json>
      </details>
    </>
  );
}

/** Long data scrolls in a box of its own. */
function Json({ label, children }: { readonly label: string; readonly children: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: only what has the focus scrolls by the keyboard
    <section class="json-box" aria-label={label} tabIndex={0}>
      <pre class="json mono">{children}</pre>
    </section>
  );
}

function Row({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div class="claim">
      <dt class="mono">{name}</dt>
      <dd class="mono">{children}</dd>
    </div>
  );
}

/** A claim, kept apart from the direction of what is around it. */
function Text({ children }: { readonly children: string }) {
  return <bdi>{visibleText(children)}</bdi>;
}

/** To the microsecond in UTC, and as a clock on this wall shows it. */
function Time({ instant }: { readonly instant: Instant }) {
  const text = String(instant);
  const local = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
  return (
    <>
      <time dateTime={text}>{text}</time>{" "}
      <span class="muted">{local.format(instant.toDate())}</span>
    </>
  );
}
