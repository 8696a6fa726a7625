/** A request whose host is no host gets a 400, and the process lives on. */
import type { connectNodeAdapter } from "@connectrpc/connect-node";

type Handler = ReturnType<typeof connectNodeAdapter>;

/**
 * Connect's Node adapter builds a URL from the Host header, or from :authority, before anything
 * else, and throws where that fails; thrown from an event listener it ends the process. One
 * request with `Host: [` would do.
 */
export function refuseBadHost(handler: Handler): Handler {
  return (request, response) => {
    const host = "authority" in request ? request.authority : request.headers.host;
    // A base that does not parse makes every URL upon it fail, as it does in Connect.
    if (host !== undefined && URL.canParse(request.url ?? "", `http://${host}`)) {
      handler(request, response);
      return;
    }
    response.writeHead(400);
    response.end();
  };
}
