/** The address that `--server` names. */
import { isLoopback } from "../server/config/index.js";
import { UsageError } from "./usage.js";

/** The URL of --server; without a scheme it is https://, on loopback http://. @throws UsageError */
export function toUrl(text: string): URL {
  const isBare = !/^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const host = /^(?:\[(.*)\]|([^:/]*))(:\d+)?\/?$/.exec(text);
  const scheme = isLoopback(host?.[1] ?? host?.[2] ?? "") ? "http" : "https";
  const whole = isBare ? `${scheme}://${text}` : text;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  const isWeb = url && /^https?:$/.test(url.protocol) && (!isBare || host);
  const { username, password, pathname, search, hash } = url ?? {};
  // gRPC has no paths.
  if (isWeb && !(username || password || search || hash) && pathname === "/") return url;
  throw new UsageError(
    "--server must be host:port, http://… or https://…, without path, user, query and fragment",
  );
}
