/** A unary method of TokenService, as grpc-js wants it described. */
import type { MethodDefinition } from "@grpc/grpc-js";

/** Describes a method by how its messages are read and written on the server. */
export function grpcJsMethod<I, O>(
  name: string,
  read: (bytes: Buffer) => I,
  write: (message: O) => Buffer,
): MethodDefinition<I, O> {
  const clientOnly = () => {
    throw new Error("a server neither writes requests nor reads responses");
  };
  return {
    path: `/securetoken.v1.TokenService/${name}`,
    requestStream: false,
    responseStream: false,
    requestDeserialize: read,
    responseSerialize: write,
    requestSerialize: clientOnly,
    responseDeserialize: clientOnly,
  };
}
