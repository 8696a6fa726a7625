import type { RawRequest } from "./raw-requests.js";
import { echo, grpc, json, message, text } from "./raw-requests.js";
import { rows } from "./request-rows.js";
import { envelope } from "./support.js";

const one = [envelope(message)];
const queries = [
  "",
  "connect=v1",
  "connect=v2&encoding=json&message=%7B%7D",
  "encoding=json&message=%7B%7D",
  "connect=v1&encoding=xml&message=%7B%7D",
  "connect=v1&encoding=json",
  "connect=v1&encoding=json&message=%7B",
  "connect=v1&encoding=json&message=%",
  "connect=v1&encoding=json&base64=1&message=e30",
  "connect=v1&encoding=json&base64=1&message=***",
  "connect=v1&encoding=proto&message=",
  "connect=v1&encoding=proto&base64=1&message=CgFh",
  "connect=v1&encoding=json&compression=nope&message=%7B%7D",
  "connect=v1&encoding=json&message=%7B%7D&message=1",
];

/** Odd paths and queries, and calls that are no unary POST. */
export const oddPaths: readonly RawRequest[] = [
  // Paths
  ...rows(
    "path",
    [
      `${echo}?`,
      `${echo}?text=a`,
      `${echo}/`,
      `${echo}#a`,
      `${echo};a=b`,
      `/${echo}`,
      echo.toLowerCase(),
      echo.replace("E", "%45"),
      "/adaptertest.v1.EchoService",
      "/adaptertest.v1.EchoService/toString",
      "/__proto__",
      "/",
      "*",
    ],
    (path) => ({ path, headers: json, body: [text("{}")] }),
  ),
  // GET
  ...rows("GET", queries, (query) => ({
    method: "GET",
    path: `/adaptertest.v1.EchoService/Look?${query}`,
    headers: {},
  })),
  {
    name: "GET of what has side effects",
    method: "GET",
    path: `${echo}?connect=v1&encoding=json&message=%7B%7D`,
    headers: {},
  },
  {
    name: "HEAD of what can be got",
    method: "HEAD",
    path: "/adaptertest.v1.EchoService/Look?connect=v1&encoding=json&message=%7B%7D",
    headers: {},
  },
  // Streams
  ...rows("gRPC stream of", [0, 1, 2], (count) => ({
    path: "/adaptertest.v1.EchoService/Spell",
    headers: grpc,
    body: Array.from({ length: count }, () => envelope(message)),
  })),
  {
    name: "gRPC stream, cut off",
    path: "/adaptertest.v1.EchoService/Chat",
    headers: grpc,
    body: [...one, envelope(message).subarray(0, 8)],
  },
  {
    name: "gRPC stream, too large",
    path: "/adaptertest.v1.EchoService/Join",
    headers: grpc,
    body: [...one, envelope(new Uint8Array(5_000))],
  },
  {
    name: "Connect stream, ended",
    path: "/adaptertest.v1.EchoService/Join",
    headers: { "content-type": "application/connect+json" },
    body: [envelope(text('{"text":"a"}')), envelope(text("{}"), 2)],
  },
  {
    name: "Connect stream, on after its end",
    path: "/adaptertest.v1.EchoService/Join",
    headers: { "content-type": "application/connect+json" },
    body: [envelope(text("{}"), 2), envelope(text('{"text":"a"}'))],
  },
  {
    name: "gRPC-Web, too large",
    headers: { "content-type": "application/grpc-web+proto" },
    body: [envelope(new Uint8Array(5_000))],
  },
  {
    name: "gRPC-Web, deadline too long",
    headers: { "content-type": "application/grpc-web+proto", "grpc-timeout": "99999999H" },
    body: one,
  },
];
