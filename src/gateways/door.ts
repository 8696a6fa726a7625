/** What a door is: a path of plain HTTP at which a gateway asks about a token, and which counts as an RPC. */
import type { ConnectError } from "@connectrpc/connect";
import type { Call } from "../service/index.js";

/** A door's name in the callers file, the log and the metrics, where it stands beside the RPCs. */
export interface DoorMethod {
  readonly name: string;
  readonly methodKind: "unary";
  readonly parent: { readonly typeName: string };
}

/** The header fields of a request, names in lower case. */
export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** A request at a door. */
export interface DoorRequest {
  /** HTTP's method. */
  readonly method: string;
  /** The request's target as received: the path, and the query if there is one. */
  readonly target: string;
  readonly headers: RequestHeaders;
  /** Whether it has several `authorization` headers, or one with several credentials. */
  readonly hasSeveralCredentials: boolean;
}

/** What a door answers, over either version of HTTP. */
export interface DoorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Default none. */
  readonly body?: string;
}

/** A door. */
export interface Door {
  readonly method: DoorMethod;
  /** The path that it stands at, exact. */
  readonly path: string;
  /** The most bytes of a body. Default: none is read. */
  readonly maxBodyBytes?: number;
  /** The headers that tell of the caller itself; its credential is in `authorization`, as an RPC's. */
  readonly callerHeaders: (request: DoorRequest) => RequestHeaders;
  /** Answers a request whose caller may call. @throws ConnectError, which `refuse` answers */
  readonly answer: (
    request: DoorRequest,
    call: Call | undefined,
    body: Buffer,
  ) => DoorAnswer | Promise<DoorAnswer>;
  /** Answers a request that is refused, by the callers or by `answer`. Never throws. */
  readonly refuse: (error: ConnectError, request: DoorRequest) => DoorAnswer;
}

const SERVICE = { typeName: "securetoken.Gateways" };

/** The doors by their names. */
export const DOORS = {
  forwardAuth: doorMethod("ForwardAuth"),
  oauthIntrospect: doorMethod("OAuthIntrospect"),
  oauthRevoke: doorMethod("OAuthRevoke"),
  tokenReview: doorMethod("TokenReview"),
} as const;

/** Every door, for those who must know all of them. */
export const DOOR_METHODS: readonly DoorMethod[] = Object.values(DOORS);

function doorMethod(name: string): DoorMethod {
  return { name, methodKind: "unary", parent: SERVICE };
}
