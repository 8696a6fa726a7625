import type { RawRequest } from "./raw-requests.js";
import { json, text } from "./raw-requests.js";
import { noTime, rows } from "./request-rows.js";

const connectTimeouts = ["", "-1", "+5", "1e3", "0x10", "10.5", "NaN", "00009000", "00000009000"];

/** Calls of Connect's unary protocol with odd headers. */
export const oddConnect: readonly RawRequest[] = [
  // Headers of Connect
  ...rows(
    "json, type",
    [
      "application/json;charset=UTF-8",
      "application/json; charset=latin1",
      "APPLICATION/JSON",
      "application/json ;a",
      "text/json",
      "application/connect+json",
      "",
    ],
    (type) => ({ headers: { "content-type": type }, body: [text("{}")] }),
  ),
  ...rows("json, deadline", [...connectTimeouts, "60000", "60001", "9999999999"], (value) => ({
    headers: { ...json, "connect-timeout-ms": value },
    body: [text("{}")],
  })),
  {
    name: "json, no time at all",
    headers: { ...json, "connect-timeout-ms": "0" },
    body: [text("{}")],
    differs: noTime,
  },
  {
    name: "json, gRPC's deadline",
    headers: { ...json, "grpc-timeout": "soon" },
    body: [text("{}")],
  },
  ...rows("json, encoding", ["", "GZIP", "gzip, gzip", "IDENTITY"], (value) => ({
    headers: { ...json, "content-encoding": value },
    body: [text("{}")],
  })),
  ...rows("json, accepted encoding", ["", "gzip", "nope", "*"], (value) => ({
    headers: { ...json, "accept-encoding": value },
    body: [text("{}")],
  })),
  ...rows("json, version", ["", "0", "1, 1", "2"], (value) => ({
    headers: { ...json, "connect-protocol-version": value },
    body: [text("{}")],
  })),
  ...rows("json, twice", ["connect-timeout-ms:9000", "x-ask:b"], (pair) => {
    const [name = "", value = ""] = pair.split(":");
    return { headers: { ...json, [name]: [value, value] }, body: [text('{"text":"headers"}')] };
  }),
  ...rows("json, length", ["0", "1", "3", "a"], (value) => ({
    headers: { ...json, "content-length": value },
    body: [text("{}")],
  })),
  {
    name: "json, length beyond the limit, and less of it",
    headers: { ...json, "content-length": "4097" },
    body: [text("{}")],
    differs: "Node sees that the length lies first, and resets; here it is refused by its headers",
  },
  { name: "json, trailers", headers: json, body: [text("{}")], trailers: { "x-after": "all" } },
  {
    name: "json, gzip that is none",
    headers: { ...json, "content-encoding": "gzip" },
    body: [text("{}")],
  },
  ...rows("json by", ["GET", "HEAD", "DELETE", "PATCH", "TRACE"], (method) => ({
    method,
    headers: json,
  })),
];
