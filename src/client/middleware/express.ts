/** Middleware for Express 4 and 5, and for whatever else calls `(req, res, next)`. */
import type { TokenGuard } from "./guard.js";
import { authorizationOf, type HttpRequest, refusalHeaders } from "./http-headers.js";
import { setClaims } from "./request-claims.js";
import { parseRequirement, type Requirement } from "./requirement.js";

/** What is needed of a response of `node:http`. */
export interface HttpResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(): unknown;
}

/** Handles a request, or passes it on. */
export type HttpMiddleware<Request extends HttpRequest> = (
  request: Request,
  response: HttpResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Lets requests pass whose token meets the requirement, and keeps their claims for `claimsOf(req)`:
 *
 *     app.get("/notes", createExpressMiddleware(guard, ["notes:read"]), listNotes);
 *
 * A function decides for each request, for `app.use`; a request for which it gives undefined is refused.
 * @throws TypeError for what is neither a requirement nor a function.
 */
export function createExpressMiddleware<Request extends HttpRequest = HttpRequest>(
  guard: TokenGuard,
  requirement: Requirement | ((request: Request) => Requirement | undefined),
): HttpMiddleware<Request> {
  const requirementOf =
    typeof requirement === "function" ? requirement : always(requirement, "the middleware");

  async function admit(request: Request, response: HttpResponse): Promise<boolean> {
    const required = requirementOf(request);
    const checked = required && parseRequirement(required, "a request");
    const { claims, refusal } = await guard.admit(authorizationOf(request), checked);
    if (refusal) {
      response.statusCode = refusal.httpStatus;
      for (const [name, value] of Object.entries(refusalHeaders(refusal.challenge))) {
        response.setHeader(name, value);
      }
      response.end();
      return false;
    }
    if (claims) setClaims(request, claims);
    return true;
  }

  return (request, response, next) => {
    // Not in a catch of its own: what `next` throws is not the guard's to handle.
    admit(request, response).then((passes) => {
      if (passes) next();
    }, next);
  };
}

function always(requirement: Requirement, name: string): () => Requirement {
  const parsed = parseRequirement(requirement, name);
  return () => parsed;
}
