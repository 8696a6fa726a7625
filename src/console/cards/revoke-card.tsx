import type { TargetedSubmitEvent } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import type { Claims, RevocationOutcome, RevocationPage } from "../../client/web.js";
import { useCall } from "../call.js";
import { Card } from "../parts/card.js";
import { ErrorNote } from "../parts/error-note.js";
import { describedBy, Field } from "../parts/field.js";
import { RevocationList } from "../parts/revocation-list.js";
import { Snippet } from "../parts/snippet.js";
import { useSession } from "../session.js";
import { revokeText, type TargetFields } from "../snippets/calls.js";
import { PASTE_FIRST, useTokenNeeded } from "../token-needed.js";

const SCOPES = {
  token: "This token",
  session: "Its session",
  user: "All tokens of its user",
} as const;
type Scope = keyof typeof SCOPES;

const RECENT = 10;

/** Takes back the token, its session or all tokens of its user, and lists what was revoked lately. */
export function RevokeCard(props: {
  readonly token: string;
  /** The token's claims, where they are known. */
  readonly claims: Claims | undefined;
  /** Changes when something was revoked, here or elsewhere. */
  readonly changes: number;
  readonly onRevoked: () => void;
}) {
  const { token, claims, changes, onRevoked } = props;
  const { client, announce } = useSession();
  const [scope, setScope] = useState<Scope>("token");
  const [reason, setReason] = useState("");
  const revoke = useCall<RevocationOutcome>();
  const recent = useCall<RevocationPage>();
  const { missing, hasToken } = useTokenNeeded(token);
  const { reset } = revoke;
  const { run: runRecent } = recent;

  // An answer about another token would be taken for one about this.
  useEffect(() => reset(), [token, reset]);
  const list = useCallback(
    () => runRecent((signal) => client.listRevocations({ pageSize: RECENT }, { signal })),
    [client, runRecent],
  );
  useEffect(() => {
    if (changes > 0 && recent.value) void list();
  }, [changes]);

  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!hasToken()) return;
    const outcome = await revoke.run(async (signal) => {
      if (scope === "token") return client.revokeToken(token, { reason }, { signal });
      const { userId, sessionId } = await client.validateToken(token, { signal });
      return scope === "user"
        ? client.revokeUser(userId, { reason }, { signal })
        : client.revokeSession(sessionId, { reason }, { signal });
    });
    if (!outcome) return;
    announce(OUTCOMES[outcome]);
    onRevoked();
  };
  return (
    <Card id="revoke" title="Revoke" lead="Take the token back before it expires, for good.">
      <form onSubmit={submit} noValidate>
        <fieldset class="switch">
          <legend class="visually-hidden">What to revoke</legend>
          {(Object.keys(SCOPES) as Scope[]).map((name) => (
            <label class="switch-option" key={name}>
              <input
                type="radio"
                name="scope"
                checked={scope === name}
                onChange={() => setScope(name)}
              />
              <span>{SCOPES[name]}</span>
            </label>
          ))}
        </fieldset>
        <Field id="reason" label="Reason" hint="For the log, up to 128 characters. No secret.">
          <input
            id="reason"
            class="input"
            value={reason}
            autocomplete="off"
            aria-describedby={describedBy("reason")}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </Field>
        <div class="token-tools">
          <button type="submit" class="button primary">
            {revoke.pending ? "Revoking…" : "Revoke"}
          </button>
          <button type="button" class="button" onClick={list}>
            Recent revocations
          </button>
        </div>
      </form>
      {missing && <p class="fault">{PASTE_FIRST}</p>}
      {revoke.error !== undefined && <ErrorNote error={revoke.error} />}
      {revoke.value && <p class="success">{OUTCOMES[revoke.value]}</p>}
      {recent.error !== undefined && <ErrorNote error={recent.error} />}
      {recent.value && <RevocationList revocations={recent.value.revocations} />}
      {scope === "token" && <Snippet of="Revoke" calls={[revokeText(undefined, reason)]} />}
      {scope !== "token" && claims && (
        <Snippet of="Revoke" calls={[revokeText(targetOf(scope, claims), reason)]} />
      )}
    </Card>
  );
}

function targetOf(scope: "session" | "user", { sessionId, userId }: Claims): TargetFields {
  return scope === "user" ? { user: { userId } } : { sessionId };
}

const OUTCOMES: Record<RevocationOutcome, string> = {
  REVOKED: "Revoked: this server accepts it no more",
  ALREADY_EXPIRED: "Nothing to revoke: it has expired",
  NOT_AUTHENTIC: "Nothing to revoke: this server did not issue it",
  UNSPECIFIED: "The server gave an answer that this page does not know",
};
