/** TokenService on a Connect router, with the limits of its messages. */
import { createRegistry } from "@bufbuild/protobuf";
import type { ConnectRouter } from "@connectrpc/connect";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import type { SecureTokenManager } from "../core/index.js";
import { ERROR_DETAIL_FILES } from "./error-details.js";
import { keepByteOrderMarks } from "./text-encoding.js";
import { createTokenService } from "./token-service.js";

/** The largest request message, in bytes. */
export const MAX_REQUEST_BYTES = 64 * 1024;
/** The largest request message of BatchValidateTokens, in bytes. */
export const MAX_BATCH_REQUEST_BYTES = 1024 * 1024;

/** Registers every RPC. Beyond its limit a message is RESOURCE_EXHAUSTED. */
export function tokenRoutes(manager: SecureTokenManager): (router: ConnectRouter) => void {
  keepByteOrderMarks();
  return (router) => {
    const service = createTokenService(manager);
    // The statuses in a batch's answer hold an Any each: as JSON, that needs its message's type.
    const jsonOptions = { registry: createRegistry(...ERROR_DETAIL_FILES) };
    for (const method of TokenService.methods) {
      const batch = method === TokenService.method.batchValidateTokens;
      const readMaxBytes = batch ? MAX_BATCH_REQUEST_BYTES : MAX_REQUEST_BYTES;
      const implementation = service[method.localName as keyof typeof service];
      router.rpc(method, implementation as never, { readMaxBytes, jsonOptions });
    }
  };
}
