/** What is asked of every server, and how its answer is judged before anything is measured. */
import { isDeepStrictEqual } from "node:util";
import { fromBinary, fromJsonString } from "@bufbuild/protobuf";
import { jwtVerify, SignJWT } from "jose";
import {
  GenerateTokenResponseSchema,
  TokenService,
  ValidateTokenResponseSchema,
} from "../gen/ts/src/securetoken/v1/token_service_pb.js";
import { createKeyset, deriveKey, SecureTokenManager } from "../src/core/index.js";
import { type Call, createCall, type Encoding } from "./call.js";
import { importJwtKey } from "./jwt-key.js";

/** The RPCs that are compared. */
export type Operation = "ValidateToken" | "GenerateToken";

/** What a server's tokens are. */
export type TokenKind = "fernet" | "jwt";

/** Every server's key. The Python original has 100,000 iterations built in. */
export const KEY = {
  secretKey: "Benchmark_Key#2026",
  salt: Buffer.from("00112233445566778899aabbccddeeff", "hex"),
  iterations: 100_000,
};

/** Whose every token is. */
export const USER_ID = "user_123";
/** What every token says. */
export const CONTENT = {
  permissions: ["read", "write"],
  additionalData: { team: "backend", plan: "pro" },
};

/** Makes calls and judges answers. */
export interface Workload {
  /** Makes tokens under `KEY`, as every server does. */
  readonly manager: SecureTokenManager;
  /** The call of an operation. */
  call(operation: Operation, encoding: Encoding, tokens: TokenKind): Call;
  /** A call of ValidateToken with a token of one's own, over gRPC. */
  validateCall(token: string): Call;
  /** A call of BatchValidateTokens, over gRPC. */
  batchCall(tokens: string[]): Call;
  /** Throws unless the message is the answer to `call(operation, encoding, tokens)`. */
  requireClaims(
    operation: Operation,
    encoding: Encoding,
    tokens: TokenKind,
    message: Buffer,
  ): Promise<void>;
}

/** Makes a workload. `folder` takes the requests' files; every call carries `apiKey`. */
export async function createWorkload(folder: string, apiKey: string): Promise<Workload> {
  const jwtKey = await importJwtKey();
  const key = { ...(await deriveKey(KEY)), state: "PRIMARY" as const };
  const manager = new SecureTokenManager(createKeyset([key]));
  const tokens: Record<TokenKind, string> = {
    fernet: manager.generateToken(USER_ID, CONTENT).token,
    jwt: await new SignJWT({
      permissions: CONTENT.permissions,
      additional_data: CONTENT.additionalData,
    })
      .setProtectedHeader({ alg: "HS256" })
      .setSubject(USER_ID)
      .setJti("0123456789abcdef0123456789abcdef")
      .setIssuedAt()
      .setExpirationTime("24h")
      .sign(jwtKey),
  };
  const { validateToken, generateToken, batchValidateTokens } = TokenService.method;
  const validate = (encoding: Encoding, token: string) =>
    createCall(folder, validateToken, encoding, { token }, apiKey);
  const generate = (encoding: Encoding) =>
    createCall(folder, generateToken, encoding, { userId: USER_ID, ...CONTENT }, apiKey);
  return {
    manager,
    call: (operation, encoding, kind) =>
      operation === "ValidateToken" ? validate(encoding, tokens[kind]) : generate(encoding),
    validateCall: (token) => validate("grpc", token),
    batchCall: (batch) =>
      createCall(folder, batchValidateTokens, "grpc", { tokens: batch }, apiKey),
    async requireClaims(operation, encoding, kind, message) {
      const read = readAnswer(operation, encoding, message);
      const claims = [read.userId, read.permissions, read.additionalData];
      const expected = [USER_ID, CONTENT.permissions, CONTENT.additionalData];
      if (!isDeepStrictEqual(claims, expected)) throw new Error("wrong claims");
      if (!("token" in read)) return;
      if (kind === "fernet") manager.validateToken(read.token);
      else await jwtVerify(read.token, jwtKey);
    },
  };
}

function readAnswer(operation: Operation, encoding: Encoding, message: Buffer) {
  if (operation === "ValidateToken") {
    return encoding === "json"
      ? fromJsonString(ValidateTokenResponseSchema, message.toString())
      : fromBinary(ValidateTokenResponseSchema, message);
  }
  return encoding === "json"
    ? fromJsonString(GenerateTokenResponseSchema, message.toString())
    : fromBinary(GenerateTokenResponseSchema, message);
}
