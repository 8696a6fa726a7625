import type { IncomingHttpHeaders } from "node:http";
import { Code, ConnectError } from "@connectrpc/connect";

/**
 * What is wrong with a compressed request where there is no compression: Connect's own error would name the supported
 * ones by nothing.
 */
export function compressionFault(headers: IncomingHttpHeaders): ConnectError | undefined {
  const type = headers["content-type"]?.toLowerCase() ?? "";
  const prefix = type.startsWith("application/grpc")
    ? "grpc-"
    : type.startsWith("application/connect+")
      ? "connect-"
      : "";
  const encoding = prefix === "" ? "content-encoding" : `${prefix}encoding`;
  const used = headers[encoding];
  if (used === undefined || used === "identity") return undefined;
  const text = `unknown compression "${String(used).slice(0, 64)}": supported encodings are identity`;
  return new ConnectError(text, Code.Unimplemented, { [`${prefix}accept-encoding`]: "identity" });
}
