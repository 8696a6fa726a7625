import { useCallback, useEffect } from "preact/hooks";
import type { Claims, Introspection, TokenInfo } from "../../client/web.js";
import { useCall } from "../call.js";
import { Card } from "../parts/card.js";
import { ClaimsList } from "../parts/claims-list.js";
import { Countdown } from "../parts/countdown.js";
import { ErrorNote } from "../parts/error-note.js";
import { Snippet } from "../parts/snippet.js";
import { TokenField } from "../parts/token-field.js";
import { useSession } from "../session.js";
import { INSPECT_TEXT } from "../snippets/calls.js";

/** What is known of a token: its state, and what a service that validates it is told. */
interface Inspection {
  readonly found: Introspection;
  readonly info: TokenInfo | undefined;
  /** The exception that validating the token ends with. */
  readonly refusal: unknown;
  /** `performance.now()` when the server was asked. */
  readonly askedAt: number;
}

/** Keys that follow each other this fast, in milliseconds, are one input. */
const TYPING_MS = 120;

/** Shows what a token holds while it is being pasted, and what becomes of it while time passes. */
export function InspectCard(props: {
  readonly token: string;
  /** Changes when another card was told that a token is not valid. */
  readonly doubts: number;
  readonly onToken: (token: string) => void;
  /** Told the claims of the token, and nothing where they are not known. */
  readonly onClaims: (claims: Claims | undefined) => void;
}) {
  const { token, doubts, onToken, onClaims } = props;
  const { client, announce } = useSession();
  const { value, error, run, reset } = useCall<Inspection>();

  const inspect = useCallback(async () => {
    const inspection = await run(async (signal) => {
      const askedAt = performance.now();
      const found = await client.introspectToken(token, { signal });
      const [told] = await Promise.allSettled([client.getTokenInfo(token, { signal })]);
      return told.status === "fulfilled"
        ? { found, askedAt, info: told.value, refusal: undefined }
        : { found, askedAt, info: undefined, refusal: told.reason as unknown };
    });
    if (inspection) announce(`The token is ${inspection.found.state.toLowerCase()}`);
  }, [client, token, run, announce]);

  useEffect(() => {
    reset();
    if (token === "") return;
    const timer = setTimeout(inspect, TYPING_MS);
    return () => clearTimeout(timer);
  }, [token, inspect, reset]);

  const claims = value?.found.claims;
  useEffect(() => onClaims(claims), [claims, onClaims]);

  // A server that was started anew with another key calls the same token invalid.
  useEffect(() => {
    if (doubts > 0 && token !== "") void inspect();
  }, [doubts]);

  return (
    <Card
      id="inspect"
      title="Inspect"
      lead="Paste a token to see what it holds and how long it lives."
    >
      <TokenField token={token} onChange={onToken} />
      {error !== undefined && <ErrorNote error={error} />}
      {value && <Found inspection={value} onElapsed={inspect} />}
      <Snippet of="Inspect" calls={INSPECT_TEXT} />
    </Card>
  );
}

function Found(props: { readonly inspection: Inspection; readonly onElapsed: () => void }) {
  const { found, info, refusal, askedAt } = props.inspection;
  const { state, claims, timeRemaining, keyId } = found;
  return (
    <div class="found">
      <div class="state" data-state={state}>
        <p class="stamp mono">{state}</p>
        {state === "ACTIVE" && claims && timeRemaining && (
          <Countdown
            remaining={timeRemaining}
            askedAt={askedAt}
            lifetime={claims.expiresAt.seconds - claims.issuedAt.seconds}
            onElapsed={props.onElapsed}
          />
        )}
      </div>
      {refusal !== undefined && <ErrorNote error={refusal} />}
      {claims && <ClaimsList claims={claims} keyId={keyId} sessionId={info?.sessionId} />}
    </div>
  );
}
