/** JSON requests are read as they are meant, on both ways; binary ones as they come. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { create, type DescMethod, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Health } from "../../gen/ts/src/health/v1/health_pb.js";
import {
  GenerateTokenRequestSchema,
  GenerateTokenResponseSchema,
  TokenService,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { type Send, sendHttp1, sendHttp2 } from "../support/raw-request.js";
import { type RunningServer, startTestServer } from "../support/server.js";

const UNARY: readonly DescMethod[] = [
  ...TokenService.methods.filter(({ methodKind }) => methodKind === "unary"),
  Health.method.check,
];
const VERSIONS: Record<string, Send> = { "HTTP/1.1": sendHttp1, "HTTP/2": sendHttp2 };
/** The first type goes the short way, the second Connect's own. */
const TYPES = ["application/json", "application/json; charset=utf-8"];

describe("JSON requests", () => {
  let server: RunningServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  const post = async (send: Send, method: DescMethod, type: string, body: string) => {
    const answer = await send(server.url, {
      path: `/${method.parent.typeName}/${method.name}`,
      method: "POST",
      headers: { "content-type": type },
      body,
    });
    return { status: answer.status, text: String(answer.body) };
  };

  for (const [version, send] of Object.entries(VERSIONS)) {
    for (const type of TYPES) {
      it(`are refused for a member that is no field, by name, over ${version}, ${type}`, async () => {
        for (const method of UNARY) {
          const { status, text } = await post(send, method, type, '{"misspelt":["read"]}');
          assert.equal(status, 400, method.name);
          const error = JSON.parse(text);
          assert.equal(error.code, "invalid_argument");
          assert.match(error.message, /misspelt/);
        }
        for (const [method, body] of [
          [TokenService.method.generateToken, '{"userId":"u","permision":["read"]}'],
          [TokenService.method.generateToken, '{"userId":"u","expiresInHours":1}'],
          [TokenService.method.validateToken, '{"token":"x","Token":"x"}'],
        ] as const) {
          const { status, text } = await post(send, method, type, body);
          assert.equal(status, 400, body);
          assert.match(text, /permision|expiresInHours|Token/);
        }
      });

      it(`are told of all members that are no fields, with what is meant, over ${version}, ${type}`, async () => {
        const { generateToken, revokeTokens } = TokenService.method;
        const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`x${i}`, i]));
        for (const [method, body, list] of [
          [
            generateToken,
            '{"userID":"u","permision":["read"],"expiresInHours":1,"a\\nb":0,"additionalData":{"free":1}}',
            'userID (did you mean userId?), permision (did you mean permissions?), expiresInHours (did you mean expiresIn?), "a?b"',
          ],
          [
            revokeTokens,
            '{"targets":[{"token":"x"},{"sesionId":"u","toke":"x"}],"raeson":1}',
            "raeson (did you mean reason?), targets[1].sesionId (did you mean sessionId?), targets[1].toke (did you mean token?)",
          ],
          [
            generateToken,
            JSON.stringify(many),
            "x0, x1, x2, x3, x4, x5, x6, x7, x8, x9 and 2 more",
          ],
        ] as const) {
          const { status, text } = await post(send, method, type, body);
          assert.equal(status, 400, text);
          assert.equal(JSON.parse(text).message, `${method.input.name} has no field ${list}`);
        }
      });

      it(`are refused for an integer that would be altered, over ${version}, ${type}`, async () => {
        const generate = (data: string) =>
          post(
            send,
            TokenService.method.generateToken,
            type,
            `{"userId":"u","additionalData":${data}}`,
          );
        for (const data of [
          '{"id":9007199254740993}',
          '{"id":-9007199254740992}',
          '{"deep":[{"id":12345678901234567890}]}',
          '{"\\u0069d":12345678901234567890}',
        ]) {
          const { status, text } = await generate(data);
          assert.equal(status, 400, data);
          const { message, details } = JSON.parse(text);
          assert.match(
            message,
            /^additional_data must hold integers from -\(2\^53 - 1\) to 2\^53 - 1/,
          );
          assert.match(message, /: write additional_data\.(id|deep\[0\]\.id) as a string$/);
          assert.equal(details[0].debug?.field, "additional_data");
        }
        const twice = '{"id":1,"id":12345678901234567890}';
        assert.equal((await generate(twice)).status, 400);
        for (const [data, told] of [
          ['{"id":9007199254740991}', "9007199254740991"],
          ['{"id":"12345678901234567890"}', '"12345678901234567890"'],
          ['{"x":1.5e300}', "1.5e+300"],
          ['{"x":0.12345678901234567}', "0.1234567890123456"],
        ] as const) {
          const { status, text } = await generate(data);
          assert.equal(status, 200, data);
          assert.ok(text.includes(told), text);
        }
      });

      it(`are refused for a time that would be read as another, over ${version}, ${type}`, async () => {
        const { generateToken, refreshToken, revokeTokens } = TokenService.method;
        const revoke = (time: string) =>
          `{"targets":[{"token":"x"},{"user":{"userId":"u","issuedBefore":${time}}}]}`;
        const seconds = /must be seconds as a text such as \\?"3600s/;
        const instant = /^targets\[1\]\.user\.issued_before must be an instant of RFC 3339/;
        for (const [method, body, message] of [
          // protobuf-es reads the first number, and goes no further.
          [generateToken, '{"userId":"u","expiresIn":"1s30m"}', /^expires_in must be seconds/],
          [generateToken, '{"userId":"u","expires_in":"5seconds"}', seconds],
          [generateToken, '{"userId":"u","\\u0065xpiresIn":"5seconds"}', seconds],
          [generateToken, '{"userId":"u","expiresIn":3600}', seconds],
          [generateToken, '{"userId":"u","expiresIn":"3600"}', seconds],
          [generateToken, '{"userId":"u","expiresIn":"3600.1234567891s"}', seconds],
          [generateToken, '{"userId":"u","expiresIn":"999999999999s"}', seconds],
          [generateToken, '{"userId":"u","expiresIn":{"seconds":3600}}', seconds],
          [refreshToken, '{"token":"x","newExpiresIn":"60s "}', /^new_expires_in must be/],
          [revokeTokens, revoke('"2026-02-30T00:00:00Z"'), instant],
          [revokeTokens, revoke('"2026-01-01T00:00:00"'), instant],
          [revokeTokens, revoke("1767225600"), instant],
        ] as const) {
          const { status, text } = await post(send, method, type, body);
          assert.equal(status, 400, body);
          assert.match(JSON.parse(text).message, message, body);
        }
        for (const time of ['"60.5s"', '"060s"', "null"]) {
          const body = `{"userId":"u","expiresIn":${time},"additionalData":{"expiresIn":"soon"}}`;
          assert.equal((await post(send, generateToken, type, body)).status, 200, body);
        }
      });

      it(`are quoted by no error when they are no JSON, over ${version}, ${type}`, async () => {
        const { validateToken } = TokenService.method;
        for (const body of ['{"token":gAAAAA}', '{"token":"gAAAAA"', '{"token":"x"}gAAAAA', ""]) {
          const { status, text } = await post(send, validateToken, type, body);
          assert.equal(status, 400);
          const { code, message } = JSON.parse(text);
          assert.equal(code, "invalid_argument");
          assert.match(message, /ValidateTokenRequest: it is not JSON/);
          assert.doesNotMatch(message, /gAA/);
        }
      });
    }

    it(`in binary are read without the fields of a newer schema, over ${version}`, async () => {
      const known = toBinary(
        GenerateTokenRequestSchema,
        create(GenerateTokenRequestSchema, { userId: "u" }),
      );
      // Field 1000, a text.
      const newer = Buffer.concat([known, Buffer.from([0xc2, 0x3e, 1, 0x78])]);
      const answer = await send(server.url, {
        path: "/securetoken.v1.TokenService/GenerateToken",
        method: "POST",
        headers: { "content-type": "application/proto" },
        body: newer,
      });
      assert.equal(answer.status, 200);
      assert.equal(fromBinary(GenerateTokenResponseSchema, answer.body).userId, "u");
    });
  }
});
