/** Why no connection can be made, where trying again cannot help. */

/** What is wrong with a connection. */
export type ConnectionFault =
  | "PLAINTEXT_TO_TLS"
  | "TLS_TO_PLAINTEXT"
  | "NOT_HTTP2"
  | "UNKNOWN_AUTHORITY"
  | "CERTIFICATE_EXPIRED"
  | "CERTIFICATE_NAME"
  | "CLIENT_CERTIFICATE"
  | "REDIRECTED";

/** What to do about each. */
export const ADVICE: Readonly<Record<ConnectionFault, string>> = {
  PLAINTEXT_TO_TLS: "it speaks TLS: write https:// in its address",
  TLS_TO_PLAINTEXT:
    "it does not speak TLS: write http:// in its address where the network is trusted",
  NOT_HTTP2:
    "what answers there does not speak HTTP/2: check the address and the proxies before it",
  UNKNOWN_AUTHORITY:
    "no authority that this program trusts has signed its certificate: name its authority (ca, or NODE_EXTRA_CA_CERTS)",
  CERTIFICATE_EXPIRED:
    "its certificate has expired or is not valid yet: renew it, or check this machine's clock",
  CERTIFICATE_NAME: "its certificate is for other names: call it by one of them",
  CLIENT_CERTIFICATE:
    "it wants a certificate of this client, of an authority that it trusts (cert and key)",
  REDIRECTED: "it answers with a redirect: give the final URL as baseUrl",
};

/** Codes and texts of Node, OpenSSL and @grpc/grpc-js, which passes on texts alone. */
const SIGNS: readonly (readonly [ConnectionFault, RegExp])[] = [
  ["TLS_TO_PLAINTEXT", /ERR_SSL_WRONG_VERSION_NUMBER|wrong version number|packet length too long/i],
  [
    "UNKNOWN_AUTHORITY",
    /SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF|UNABLE_TO_GET_ISSUER|self-signed certificate|unable to verify the first certificate|unable to get (?:local )?issuer/i,
  ],
  [
    "CERTIFICATE_EXPIRED",
    /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|certificate has expired|certificate is not yet valid/i,
  ],
  ["CERTIFICATE_NAME", /ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate's altnames/i],
  [
    "CLIENT_CERTIFICATE",
    /alert (?:certificate required|bad certificate|unknown ca|certificate expired|certificate revoked|handshake failure)|ALERT_CERTIFICATE_REQUIRED|ALERT_UNKNOWN_CA/i,
  ],
];
/** No byte of a call has left where the error has one of these. */
const NEVER_SENT =
  /\b(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)\b|No connection established/;

/** The fault behind an error; undefined for one that may pass. */
export function faultOf(error: unknown): ConnectionFault | undefined {
  const text = signsOf(error);
  return SIGNS.find(([, sign]) => sign.test(text))?.[0];
}

/** Whether a call failed before anything of it could be sent. */
export function wasNeverSent(error: unknown): boolean {
  return NEVER_SENT.test(signsOf(error));
}

/** Codes and messages of an error and its causes, cut to what is looked at, a line each. */
export function signsOf(error: unknown): string {
  const signs: string[] = [];
  for (let it = error, depth = 0; it instanceof Error && depth < 5; it = it.cause, depth++) {
    const { code = "", rawMessage = it.message } = it as { code?: unknown; rawMessage?: string };
    signs.push(String(code), rawMessage.slice(0, 500));
  }
  return signs.join("\n");
}
