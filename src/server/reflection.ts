/**
 * Server reflection, grpc.reflection.v1 and v1alpha, which are the same messages under two names:
 * tools such as `buf curl` and `grpcurl` then need no schema.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type DescFile, type DescMessage, type DescService, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";
import {
  type ServerReflectionRequest,
  type ServerReflectionResponseSchema,
  ServerReflection as V1,
} from "../../gen/ts/src/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as V1Alpha } from "../../gen/ts/src/grpc/reflection/v1alpha/reflection_pb.js";
import { noRoom } from "../service/index.js";
import { originOf } from "./authorize.js";
import { MAX_OPEN_REQUEST_BYTES } from "./open-requests.js";
import { OpenStreams } from "./open-streams.js";

/** Requests of one stream; a tool that asks for every symbol of a large schema needs hundreds. */
const MAX_REQUESTS = 1_000;

/** The services that reflection itself consists of. */
export const REFLECTION_SERVICES: readonly DescService[] = [V1, V1Alpha];

type Answer = NonNullable<
  MessageInitShape<typeof ServerReflectionResponseSchema>["messageResponse"]
>;

/**
 * Registers both versions of reflection over `services`, themselves, and all they refer to.
 * `details` are files that no service imports, yet whose messages travel inside an Any.
 */
export function reflectionRoutes(
  services: readonly DescService[],
  details: readonly DescFile[],
): (router: ConnectRouter) => void {
  const reflected = [...services, ...REFLECTION_SERVICES];
  const files = new Map<string, DescFile>();
  for (const file of [...reflected.map(({ file }) => file), ...details]) addFile(files, file);
  const symbols = new Map<string, DescFile>();
  for (const file of files.values()) addSymbols(symbols, file);
  const service = reflected.map(({ typeName }) => ({ name: typeName })).sort(byName);

  const answer = ({ messageRequest: { case: kind, value } }: ServerReflectionRequest): Answer => {
    switch (kind) {
      case "listServices":
        return { case: "listServicesResponse", value: { service } };
      case "fileByFilename":
        return describe(files.get(value));
      case "fileContainingSymbol":
        return describe(symbols.get(value));
      case "allExtensionNumbersOfType":
        // No proto here extends anything.
        return symbols.has(value)
          ? { case: "allExtensionNumbersResponse", value: { baseTypeName: value } }
          : notFound();
      case "fileContainingExtension":
        return notFound();
      default:
        return failure(Code.InvalidArgument, "the request asks for nothing");
    }
  };
  const streams = new OpenStreams();
  async function* serverReflectionInfo(
    requests: AsyncIterable<ServerReflectionRequest>,
    { values }: HandlerContext,
  ) {
    const close = streams.open(originOf(values));
    try {
      let count = 0;
      for await (const request of requests) {
        if (++count > MAX_REQUESTS) {
          throw noRoom("too many requests on one stream");
        }
        // What one read of a socket brings would else be answered in one turn of the event loop.
        await nextTurn();
        const { host: validHost } = request;
        yield { validHost, originalRequest: request, messageResponse: answer(request) };
      }
    } finally {
      close();
    }
  }
  return (router) => {
    const options = { readMaxBytes: MAX_OPEN_REQUEST_BYTES };
    router.service(V1, { serverReflectionInfo }, options);
    router.service(V1Alpha, { serverReflectionInfo: serverReflectionInfo as never }, options);
  };
}

/** Each file in binary, once it was asked for: anyone may ask, and a file takes a millisecond. */
const serialized = new WeakMap<DescFile, Uint8Array>();

/** A file with everything it imports, the file first. */
function describe(file: DescFile | undefined): Answer {
  if (!file) return notFound();
  const files = new Map<string, DescFile>();
  addFile(files, file);
  const fileDescriptorProto = [...files.values()].map(serialize);
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto } };
}

function serialize(file: DescFile): Uint8Array {
  let bytes = serialized.get(file);
  if (bytes === undefined) {
    bytes = toBinary(FileDescriptorProtoSchema, file.proto);
    serialized.set(file, bytes);
  }
  return bytes;
}

function notFound(): Answer {
  return failure(Code.NotFound, "not found");
}

function failure(errorCode: Code, errorMessage: string): Answer {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}

function addFile(files: Map<string, DescFile>, file: DescFile): void {
  if (files.has(file.proto.name)) return;
  files.set(file.proto.name, file);
  for (const dependency of file.dependencies) addFile(files, dependency);
}

function addSymbols(symbols: Map<string, DescFile>, file: DescFile): void {
  const add = (name: string) => symbols.set(name, file);
  const addMessage = (message: DescMessage): void => {
    add(message.typeName);
    for (const member of [...message.fields, ...message.oneofs]) {
      add(`${message.typeName}.${member.name}`);
    }
    for (const nested of message.nestedMessages) addMessage(nested);
    for (const nested of message.nestedEnums) add(nested.typeName);
  };
  for (const message of file.messages) addMessage(message);
  for (const { typeName, values } of file.enums) {
    add(typeName);
    const scope = typeName.slice(0, typeName.lastIndexOf(".") + 1);
    for (const value of values) add(`${scope}${value.name}`);
  }
  for (const { typeName, methods } of file.services) {
    add(typeName);
    for (const method of methods) add(`${typeName}.${method.name}`);
  }
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}
