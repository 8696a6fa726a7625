import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import type { Claims, ExportedConfig, IssuedToken } from "../client/web.js";
import { pageBaseUrl } from "./base-url.js";
import { BatchCard } from "./cards/batch-card.js";
import { CheckCard } from "./cards/check-card.js";
import { GenerateCard } from "./cards/generate-card.js";
import { InspectCard } from "./cards/inspect-card.js";
import { RefreshCard } from "./cards/refresh-card.js";
import { RevokeCard } from "./cards/revoke-card.js";
import { type KeyVerdict, NOT_ASKED, verdictOfConfig, verdictOfError } from "./key-verdict.js";
import { useMedia } from "./media.js";
import { Header } from "./parts/header.js";
import { IssuedList, MAX_REMEMBERED } from "./parts/issued-list.js";
import { useRevocationFeed } from "./revocation-feed.js";
import { connect, isKeyRefused, isTokenRefused, type Session, SessionContext } from "./session.js";
import { type Language, rememberedLanguage, rememberLanguage } from "./snippets/languages.js";

/**
 * Where layout.css has two columns. In one column a token comes first, then what can be done with it:
 * the order must be that of the document, which keyboards and screen readers follow.
 */
const WIDE = "(min-width: 64rem)";

/** The page: one token, and everything that can be done with it. */
export function App() {
  const [token, setToken] = useState("");
  const [claims, setClaims] = useState<Claims | undefined>();
  const [issued, setIssued] = useState<readonly IssuedToken[]>([]);
  const onIssued = useCallback((one: IssuedToken) => {
    setIssued((earlier) => [one, ...earlier].slice(0, MAX_REMEMBERED));
    setToken(one.token);
  }, []);
  const [apiKey, setApiKey] = useState("");
  const [keyOpen, setKeyOpen] = useState(false);
  const [verdict, setVerdict] = useState<KeyVerdict>(NOT_ASKED);
  const [said, announce] = useState("");
  const wide = useMedia(WIDE);
  const [language, chooseLanguage] = useState(rememberedLanguage);
  const [config, setConfig] = useState<ExportedConfig | undefined>();

  const client = useMemo(() => connect(apiKey), [apiKey]);
  /** How often a call has refused a token since the page was opened. */
  const [doubts, setDoubts] = useState(0);
  const onFailure = useCallback(
    (error: unknown) => {
      if (isTokenRefused(error)) setDoubts((count) => count + 1);
      const said = verdictOfError(error, apiKey !== "");
      if (said) setVerdict(said);
      if (isKeyRefused(error)) setKeyOpen(true);
    },
    [apiKey],
  );
  /** How often something was revoked since the page was opened, here or elsewhere. */
  const [changes, setChanges] = useState(0);
  const onRevoked = useCallback(() => {
    setChanges((count) => count + 1);
    setDoubts((count) => count + 1);
  }, []);
  useRevocationFeed(client, token !== "", onRevoked);
  const session: Session = useMemo(() => {
    const baseUrl = pageBaseUrl();
    const setLanguage = (name: Language) => {
      rememberLanguage(name);
      chooseLanguage(name);
    };
    return { client, baseUrl, hasKey: apiKey !== "", language, setLanguage, onFailure, announce };
  }, [client, apiKey, language, onFailure]);

  useEffect(() => {
    const controller = new AbortController();
    setVerdict(NOT_ASKED);
    setConfig(undefined);
    const onConfig = (exported: ExportedConfig) => {
      setConfig(exported);
      setVerdict(verdictOfConfig(exported));
    };
    client.exportConfig({ signal: controller.signal }).then(onConfig, (error: unknown) => {
      // Not every caller may know the configuration, and the page works without it.
      if (!controller.signal.aborted) onFailure(error);
    });
    return () => controller.abort();
  }, [client, onFailure]);

  const refreshCard = <RefreshCard {...{ token, onIssued }} />;
  const issuedList = (
    <IssuedList {...{ issued, token }} onToken={setToken} onForget={() => setIssued([])} />
  );
  const revokeCard = <RevokeCard {...{ token, claims, changes, onRevoked }} />;
  return (
    <SessionContext.Provider value={session}>
      <Header
        {...{ config, apiKey, keyOpen, verdict }}
        onApiKey={setApiKey}
        onKeyOpen={setKeyOpen}
      />
      <main class="cards">
        <div class="column">
          <GenerateCard {...{ token, onIssued }} />
          {wide && refreshCard}
          {wide && issuedList}
        </div>
        <div class="column">
          <InspectCard {...{ token, doubts }} onToken={setToken} onClaims={setClaims} />
          <CheckCard token={token} />
          {wide && revokeCard}
          {wide && <BatchCard />}
        </div>
        {!wide && refreshCard}
        {!wide && revokeCard}
        {!wide && <BatchCard />}
        {!wide && issuedList}
      </main>
      <p class="visually-hidden" role="status">
        {said}
      </p>
    </SessionContext.Provider>
  );
}
