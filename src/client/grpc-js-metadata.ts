/** Headers as gRPC metadata, gRPC metadata as headers, and gRPC's errors as Connect's. */
import { fromBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, decodeBinaryHeader, encodeBinaryHeader } from "@connectrpc/connect";
import { Metadata, type ServiceError } from "@grpc/grpc-js";
import { type Status, StatusSchema } from "../../gen/ts/src/google/rpc/status_pb.js";
import { statusToConnectError } from "./error-details.js";

const STATUS_DETAILS = "grpc-status-details-bin";

/** Headers as metadata; the values of names that end in "-bin" are base64 for bytes. */
export function toMetadata(header: Headers): Metadata {
  const metadata = new Metadata();
  for (const [name, text] of header) {
    try {
      if (name.endsWith("-bin")) addBytes(metadata, name, text);
      else metadata.set(name, text);
    } catch {
      // The error of @grpc/grpc-js quotes the value, which may be a credential.
      throw new ConnectError(`gRPC cannot carry the value of header ${name}`, Code.InvalidArgument);
    }
  }
  return metadata;
}

/** `Headers` joins several values of a name with commas, which base64 does not hold. */
function addBytes(metadata: Metadata, name: string, text: string): void {
  for (const part of text.split(",")) {
    metadata.add(name, Buffer.from(decodeBinaryHeader(part.trim())));
  }
}

/** Metadata as headers. */
export function toHeaders(metadata: Metadata): Headers {
  const header = new Headers();
  for (const name of Object.keys(metadata.getMap())) {
    for (const value of metadata.get(name)) {
      header.append(name, typeof value === "string" ? value : encodeBinaryHeader(value));
    }
  }
  return header;
}

/** The error of a call as the one that Connect's own transports reject with, details included. */
export function toConnectError(error: ServiceError): ConnectError {
  // gRPC and Connect number their codes alike.
  const code = error.code in Code ? (error.code as number as Code) : Code.Unknown;
  const header = toHeaders(error.metadata);
  const status = readStatus(error.metadata);
  const connectError = status
    ? statusToConnectError(status, header)
    : new ConnectError(error.details, code, header);
  connectError.cause = error;
  return connectError;
}

/** The status with its details. One that cannot be read counts for nothing: code and text are known. */
function readStatus(metadata: Metadata): Status | undefined {
  const [bytes] = metadata.get(STATUS_DETAILS);
  if (!(bytes instanceof Uint8Array)) return undefined;
  try {
    return fromBinary(StatusSchema, bytes);
  } catch {
    return undefined;
  }
}
