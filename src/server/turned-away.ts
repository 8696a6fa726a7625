/** What becomes of peers that never made a call: the counts and lines of refused requests and of cut connections. */
import type { Logger } from "pino";
import type { ConnectionCut } from "../transport/listener.js";
import { FloodedLines } from "./flooded-lines.js";
import type { CallObserver } from "./metrics/observe-calls.js";
import type { OnRefused } from "./refused-requests.js";

/** Refused requests of one status that leave a line in ten seconds. */
const MAX_REFUSED = 1;
/** Connections cut for one reason that leave a line in ten seconds: more than honest clients ever cause. */
const MAX_CUT = 100;

/** Who was turned away. Calls leave a line each in the log; these may come in floods from anyone, and leave few. */
export interface TurnedAway {
  readonly onRefused: OnRefused;
  readonly onCut: (cut: ConnectionCut) => void;
  /** Writes the lines that are due. */
  flush(): void;
}

/** Counts each and writes lines, which hold nothing that a peer has sent. */
export function createTurnedAway(logger: Logger, counts?: CallObserver): TurnedAway {
  const refused = new FloodedLines((line) => logger.info(line, "request refused"), MAX_REFUSED);
  const cut = new FloodedLines((line) => logger.warn(line, "connection cut"), MAX_CUT);
  return {
    onRefused(peer, status) {
      counts?.refusedRequest(status);
      refused.add(status, { peer, status });
    },
    onCut({ peer, reason, counts: came }) {
      counts?.connectionCut(reason);
      cut.add(reason, { peer, reason, ...came });
    },
    flush() {
      refused.flush();
      cut.flush();
    },
  };
}
