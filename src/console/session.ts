/** Whom the console talks to, and as whom. Kept in memory only: a reload forgets it. */

import { Code, ConnectError } from "@connectrpc/connect";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import {
  createSecureTokenClient,
  InvalidTokenError,
  type SecureTokenClient,
  TokenError,
  TokenExpiredError,
} from "../client/web.js";
import { pageBaseUrl } from "./base-url.js";
import type { Language } from "./snippets/languages.js";

/** What every card needs. */
export interface Session {
  readonly client: SecureTokenClient;
  /** The server's address, for lines to copy. */
  readonly baseUrl: string;
  /** Whether calls carry an API key. */
  readonly hasKey: boolean;
  /** Chosen in one card, for all of them. */
  readonly language: Language;
  setLanguage(language: Language): void;
  /** Told of every failed call. */
  onFailure(error: unknown): void;
  /** Says something to those who do not see the page. */
  announce(text: string): void;
}

/** Provided by the app. */
export const SessionContext = createContext<Session | undefined>(undefined);

/** The session of the component's page. */
export function useSession(): Session {
  return useContext(SessionContext) as Session;
}

/** A client of the page's own server. JSON, because readers of the network panel learn from it. */
export function connect(apiKey: string): SecureTokenClient {
  return createSecureTokenClient({
    baseUrl: pageBaseUrl(),
    apiKey: apiKey === "" ? undefined : apiKey,
    // The page itself came the same way.
    insecure: true,
    useBinaryFormat: false,
  });
}

/** What no header can carry; the client would refuse it. */
export function apiKeyFault(apiKey: string): string | undefined {
  return /^[\x21-\x7e]*$/.test(apiKey)
    ? undefined
    : "An API key consists of visible ASCII characters";
}

/** Whether an error says that a token is not valid: what was known of it may be so no longer. */
export function isTokenRefused(error: unknown): boolean {
  return error instanceof InvalidTokenError || error instanceof TokenExpiredError;
}

/** Whether the server knows the caller, who may not make this call. */
export function isCallForbidden(error: unknown): boolean {
  return (
    error instanceof ConnectError &&
    !(error instanceof TokenError) &&
    error.code === Code.PermissionDenied
  );
}

/** Whether an error speaks of the caller's own credential rather than of a token. */
export function isKeyRefused(error: unknown): boolean {
  return (
    error instanceof ConnectError &&
    !(error instanceof TokenError) &&
    error.code === Code.Unauthenticated
  );
}
