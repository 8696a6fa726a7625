/** Middleware for Express 4 and 5, for `node:http`, and for whatever else calls `(req, res, next)`. */
import { refuseUnknownOptions } from "../../values/known-options.js";
import { requireGuard, type TokenGuard } from "./guard.js";
import { authorizationOf, type HttpRequest } from "./http-headers.js";
import { type HttpPolicy, parseHttpPolicy } from "./http-policy.js";
import { answerRefusal, refusalBody, refusalHeaders } from "./http-refusal.js";
import { pathOf } from "./plain-path.js";
import type { Refusal } from "./refusals.js";
import { setAdmission } from "./request-claims.js";
import { parseRequirement, type Requirement } from "./requirement.js";

/** What a rule function sees of a request where the program names no type of its own: Express's request. */
export interface ExpressLikeRequest extends HttpRequest {
  readonly method: string;
  /** The request target without the path that a router is mounted at. */
  readonly url: string;
  readonly originalUrl: string;
  readonly baseUrl: string;
  /** The path of `url`. */
  readonly path: string;
  readonly hostname: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What is needed of a response of `node:http`. */
export interface HttpResponse {
  statusCode: number;
  readonly headersSent?: boolean;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

/** What `onRefusal` sees of a response where the program names no type of its own: Express's response. */
export interface ExpressLikeResponse extends HttpResponse {
  status(code: number): this;
  type(type: string): this;
  json(body: unknown): unknown;
  send(body?: unknown): unknown;
  redirect(url: string): void;
}

/** Handles a request, or passes it on. */
export type HttpMiddleware<
  Request extends HttpRequest = HttpRequest,
  Response extends HttpResponse = HttpResponse,
> = (request: Request, response: Response, next: (error?: unknown) => void) => void;

/** What a middleware does in the program's own way. */
export interface HttpMiddlewareOptions<
  Request extends HttpRequest = ExpressLikeRequest,
  Response extends HttpResponse = ExpressLikeResponse,
> {
  /**
   * Finds the token elsewhere than in `authorization`, such as in a cookie; that header is not looked at
   * then. Default: the header.
   */
  readonly tokenFrom?: ((request: Request) => string | undefined) | undefined;
  /** Writes the answer to a refused request. Where it throws, the fixed answer is sent. Default: that. */
  readonly onRefusal?:
    | ((refusal: Refusal, request: Request, response: Response) => unknown)
    | undefined;
}

/**
 * Lets requests pass that meet a requirement, and keeps their claims for `claimsOf(req)`:
 *
 *     app.get("/notes", createExpressMiddleware(guard, ["notes:read"]), listNotes);
 *     app.use(createExpressMiddleware(guard, { "GET /notes": ["notes:read"], "* /health": "open" }));
 *     app.use(createExpressMiddleware(guard, (req) => (req.path === "/health" ? "open" : ["admin"])));
 *
 * Rules go by the method and by the path that the application routes by: within a mounted router, the
 * part below its mount point. A function decides for each request; whatever it returns that is no
 * `Requirement` is denied, and what it throws goes to `next`.
 * @throws TypeError for a requirement, a policy or an option that is wrong.
 */
export function createExpressMiddleware(
  guard: TokenGuard,
  rule: Requirement | HttpPolicy,
): HttpMiddleware;
export function createExpressMiddleware<Request extends HttpRequest = ExpressLikeRequest>(
  guard: TokenGuard,
  rule: (request: Request) => Requirement | undefined,
): HttpMiddleware<Request>;
export function createExpressMiddleware<
  Request extends HttpRequest = ExpressLikeRequest,
  Response extends HttpResponse = ExpressLikeResponse,
>(
  guard: TokenGuard,
  rule: Requirement | HttpPolicy | ((request: Request) => Requirement | undefined),
  options?: HttpMiddlewareOptions<Request, Response>,
): HttpMiddleware<Request, Response>;
export function createExpressMiddleware<Request extends HttpRequest, Response extends HttpResponse>(
  guard: TokenGuard,
  rule: Requirement | HttpPolicy | ((request: Request) => Requirement | undefined),
  options: HttpMiddlewareOptions<Request, Response> = {},
): HttpMiddleware<Request, Response> {
  requireGuard("createExpressMiddleware", guard);
  refuseUnknownOptions("createExpressMiddleware", options, ["tokenFrom", "onRefusal"]);
  const requirementOf = toRule<Request>(rule);
  const { tokenFrom, onRefusal } = options;

  async function admit(request: Request, response: Response): Promise<boolean> {
    const { method, path } = targetOf(request);
    const requirement = requirementOf(request);
    const about = { request: `${method} ${path}` };
    const admission = tokenFrom
      ? await guard.admitToken(tokenFrom(request), requirement, about)
      : await guard.admit(authorizationOf(request), requirement, about);
    const { refusal } = admission;
    if (!refusal) {
      setAdmission(request, admission);
      return true;
    }
    await answerRefusal(
      guard,
      onRefusal && (() => onRefusal(refusal, request, response)),
      () => response.headersSent === true,
      () => writeRefusal(refusal, method, response),
    );
    return false;
  }

  return (request, response, next) => {
    // Not in a catch of its own: what `next` throws is not the guard's to handle.
    admit(request, response).then((passes) => {
      if (passes) next();
    }, next);
  };
}

function toRule<Request extends HttpRequest>(
  rule: Requirement | HttpPolicy | ((request: Request) => Requirement | undefined),
): (request: Request) => Requirement | undefined {
  if (typeof rule === "function") return rule;
  if (isPolicy(rule)) {
    const rules = parseHttpPolicy(rule);
    return (request) => {
      const { method, path } = targetOf(request);
      return rules.requirementOf(method, path);
    };
  }
  const requirement = parseRequirement(rule, "the middleware");
  return () => requirement;
}

function isPolicy(rule: Requirement | HttpPolicy): rule is HttpPolicy {
  return typeof rule === "object" && rule !== null && !Array.isArray(rule) && !("anyOf" in rule);
}

function targetOf(request: HttpRequest): { method: string; path: string } {
  const { method = "", url = "" } = request as { method?: string; url?: string };
  return { method, path: pathOf(url) };
}

function writeRefusal(refusal: Refusal, method: string, response: HttpResponse): void {
  response.statusCode = refusal.httpStatus;
  for (const [name, value] of Object.entries(refusalHeaders(refusal))) {
    response.setHeader(name, value);
  }
  response.end(refusalBody(refusal, method));
}
