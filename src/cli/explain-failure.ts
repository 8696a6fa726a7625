/** Why a server could not be asked, in words that say what to do. */
import { Code, ConnectError } from "@connectrpc/connect";
import { callerInfo } from "../client/call-errors.js";
import { CallFailure } from "./call-failure.js";

/** How the server was asked. */
export interface Asked {
  /** Its address. */
  readonly server: string;
  /** Where the API key came from; undefined where none was sent. */
  readonly keyFrom: string | undefined;
  /** Whether a client certificate was shown. */
  readonly showsCertificate: boolean;
}

/** Causes by the codes that Node gives them. */
const CAUSES: readonly [RegExp, string][] = [
  [/ECONNREFUSED/, "nothing listens there"],
  [/ENOTFOUND|EAI_AGAIN/, "its name cannot be resolved"],
  [/EHOSTUNREACH|ENETUNREACH|ETIMEDOUT/, "it cannot be reached"],
  [
    /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT|SELF_SIGNED_CERT|unable to verify the first certificate|unable to get (local )?issuer|self.signed certificate/i,
    "its certificate is not signed by an authority known here: pass that authority with --ca",
  ],
  [/CERT_HAS_EXPIRED|certificate has expired/i, "its certificate has expired"],
  [/CERT_NOT_YET_VALID/, "its certificate is not valid yet: is a clock wrong?"],
  [/ERR_TLS_CERT_ALTNAME_INVALID|altnames/i, "its certificate is for another name"],
  [
    /WRONG_VERSION_NUMBER|wrong version number|packet length too long/i,
    "it does not speak TLS: is its address http://?",
  ],
  [/ALERT|handshake failure|certificate required/i, "it refused the TLS handshake"],
  [/ERR_SSL|EPROTO|SSL routines/, "the TLS handshake failed"],
];

/** The error to show for what a call threw; anything but a failed call is given back as it is. */
export function explainFailure(error: unknown, asked: Asked): unknown {
  if (!(error instanceof ConnectError)) return error;
  const { server } = asked;
  if (error.code === Code.Unauthenticated) {
    return failure(credentialFault(asked), error);
  }
  const allowed = callerInfo(error)?.metadata;
  if (allowed?.caller_rpcs !== undefined) {
    const row = `the row ${allowed.caller} of the server's callers file allows`;
    const rpcs = allowed.caller_rpcs.replaceAll(",", ", ");
    return failure(`${server}: ${error.rawMessage}: ${row} ${rpcs}`, error);
  }
  const known = CAUSES.find(([form]) => textsOf(error).some((text) => form.test(text)));
  if (known) return failure(`${server}: ${known[1]}`, error);
  const isCut =
    error.code === Code.Canceled ||
    /stream closed|socket hang up|ECONNRESET/.test(error.rawMessage);
  const hint =
    isCut && server.startsWith("http:") ? ": does it speak TLS? Then its address is https://" : "";
  const what = isCut ? "it closed the connection" : error.rawMessage;
  return failure(`${server}: ${what}${hint}`, error);
}

function failure(message: string, cause: ConnectError): CallFailure {
  const code = Code[cause.code]?.replace(/(?<=[a-z])[A-Z]/g, "_$&").toLowerCase() ?? "unknown";
  return new CallFailure(message, code, cause);
}

function credentialFault({ server, keyFrom, showsCertificate }: Asked): string {
  if (keyFrom !== undefined) return `${server} does not know the API key of ${keyFrom}`;
  if (showsCertificate) return `${server} knows no caller by the certificate of --cert`;
  return `${server} asks for a credential: set SECURE_TOKEN_API_KEY, or pass --api-key-file, or --cert and --key`;
}

/** Codes and messages of an error and of its causes. */
function textsOf(error: Error): string[] {
  const texts: string[] = [];
  let at: unknown = error;
  for (let depth = 0; at instanceof Error && depth < 8; depth++) {
    const { code } = at as NodeJS.ErrnoException;
    texts.push(String(code ?? ""), at instanceof ConnectError ? at.rawMessage : at.message);
    at = at.cause;
  }
  return texts;
}
