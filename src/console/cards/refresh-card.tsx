import type { TargetedSubmitEvent } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { IssuedToken } from "../../client/web.js";
import { useCall } from "../call.js";
import { type Lifetime, lifetimeFault, toHours } from "../lifetime.js";
import { Card } from "../parts/card.js";
import { ErrorNote } from "../parts/error-note.js";
import { LifetimeInput } from "../parts/lifetime-input.js";
import { NewToken } from "../parts/new-token.js";
import { Snippet } from "../parts/snippet.js";
import { useSession } from "../session.js";
import { refreshText } from "../snippets/calls.js";
import { PASTE_FIRST, useTokenNeeded } from "../token-needed.js";

/** Renews the token and hands the new one to the other cards. */
export function RefreshCard(props: {
  readonly token: string;
  readonly onIssued: (issued: IssuedToken) => void;
}) {
  const { token, onIssued } = props;
  const { client, announce } = useSession();
  const [lifetime, setLifetime] = useState<Lifetime>({ amount: "24", unit: "hours" });
  const [revokeOld, setRevokeOld] = useState(false);
  const { pending, value, error, run, reset } = useCall<IssuedToken>();
  const refused = lifetimeFault(lifetime);
  const { missing, hasToken } = useTokenNeeded(token);

  // An error about another token would be taken for one about this.
  const isOwn = value?.token === token;
  useEffect(() => {
    if (token !== "" && !isOwn) reset();
  }, [token, isOwn, reset]);

  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (refused) return announce(refused);
    if (!hasToken()) return;
    const options = { newExpiresInHours: toHours(lifetime), revokeOld };
    const issued = await run((signal) => client.refreshToken(token, options, { signal }));
    if (!issued) return;
    onIssued(issued);
    announce(`Token ${issued.tokenId} issued in the same session`);
  };
  return (
    <Card id="refresh" title="Refresh" lead="Trade the token for a new one of the same session.">
      <form onSubmit={submit} noValidate>
        <LifetimeInput
          id="new-lifetime"
          label="New lifetime"
          lifetime={lifetime}
          onChange={setLifetime}
        />
        <label class="checkbox">
          <input
            type="checkbox"
            checked={revokeOld}
            onChange={(event) => setRevokeOld(event.currentTarget.checked)}
          />
          <span>Revoke the old token</span>
        </label>
        <button type="submit" class="button primary" aria-disabled={refused !== undefined}>
          {pending ? "Refreshing…" : "Refresh token"}
        </button>
      </form>
      {missing && <p class="fault">{PASTE_FIRST}</p>}
      {error !== undefined && <ErrorNote error={error} />}
      {value && isOwn && (
        <NewToken token={value.token}>
          Inspect now shows the new token, <span class="mono">{value.tokenId}</span>
        </NewToken>
      )}
      {!refused && <Snippet of="Refresh" calls={[refreshText(lifetime, revokeOld)]} />}
    </Card>
  );
}
