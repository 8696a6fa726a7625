/** What one would write with grpc-js and jose: the same two operations, on JWTs signed by HS256. */
import { create, fromBinary, type JsonObject, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Server, ServerCredentials, type sendUnaryData, status } from "@grpc/grpc-js";
import { jwtVerify, SignJWT } from "jose";
import {
  type GenerateTokenRequest,
  GenerateTokenRequestSchema,
  type GenerateTokenResponse,
  GenerateTokenResponseSchema,
  type ValidateTokenRequest,
  ValidateTokenRequestSchema,
  type ValidateTokenResponse,
  ValidateTokenResponseSchema,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { importJwtKey } from "../jwt-key.js";
import { grpcJsMethod } from "./grpc-js-method.js";

// Imported once: jose would import bytes anew with every call.
const KEY = await importJwtKey();
const DAY_MS = 24 * 3600 * 1000;

async function validateToken(token: string): Promise<ValidateTokenResponse> {
  const { payload } = await jwtVerify(token, KEY, { algorithms: ["HS256"] });
  const { sub = "", jti = "", iat = 0, exp = 0 } = payload;
  const remaining = exp * 1000 - Date.now();
  return create(ValidateTokenResponseSchema, {
    valid: true,
    tokenId: jti,
    userId: sub,
    permissions: payload.permissions as string[],
    issuedAt: timestampFromMs(iat * 1000),
    expiresAt: timestampFromMs(exp * 1000),
    timeRemaining: {
      seconds: BigInt(Math.floor(remaining / 1000)),
      nanos: (remaining % 1000) * 1e6,
    },
    additionalData: payload.additional_data as JsonObject,
  });
}

async function generateToken(request: GenerateTokenRequest): Promise<GenerateTokenResponse> {
  const { userId, permissions, additionalData = {} } = request;
  const tokenId = Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString("base64url");
  const now = Date.now();
  const token = await new SignJWT({ permissions, additional_data: additionalData })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(userId)
    .setJti(tokenId)
    .setIssuedAt(Math.floor(now / 1000))
    .setExpirationTime(Math.floor((now + DAY_MS) / 1000))
    .sign(KEY);
  return create(GenerateTokenResponseSchema, {
    token,
    tokenId,
    userId,
    permissions,
    issuedAt: timestampFromMs(now),
    expiresAt: timestampFromMs(now + DAY_MS),
    additionalData,
    sessionId: tokenId,
  });
}

/** A handler of grpc-js from a promise. */
function unary<I, O>(answer: (request: I) => Promise<O>) {
  return ({ request }: { request: I }, callback: sendUnaryData<O>) => {
    answer(request).then(
      (response) => callback(null, response),
      () => callback({ code: status.UNAUTHENTICATED, details: "Token format is invalid" }),
    );
  };
}

const server = new Server();
server.addService(
  {
    ValidateToken: grpcJsMethod(
      "ValidateToken",
      (bytes) => fromBinary(ValidateTokenRequestSchema, bytes),
      (message: ValidateTokenResponse) =>
        Buffer.from(toBinary(ValidateTokenResponseSchema, message)),
    ),
    GenerateToken: grpcJsMethod(
      "GenerateToken",
      (bytes) => fromBinary(GenerateTokenRequestSchema, bytes),
      (message: GenerateTokenResponse) =>
        Buffer.from(toBinary(GenerateTokenResponseSchema, message)),
    ),
  },
  {
    ValidateToken: unary(({ token }: ValidateTokenRequest) => validateToken(token)),
    GenerateToken: unary(generateToken),
  },
);
server.bindAsync(`127.0.0.1:${process.env.PORT}`, ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
});
