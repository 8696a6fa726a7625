/** Every attack, in the order of the table. */
import { askingOn } from "./asking-on.js";
import type { Attack } from "./attack.js";
import { bigHeaders } from "./big-headers.js";
import { continuationFlood } from "./continuation-flood.js";
import { emptyDataFlood } from "./empty-data-flood.js";
import { hpackBomb, manyContinuations } from "./hpack-bomb.js";
import { idleSessions, silentConnections } from "./idle-connections.js";
import { allowedIdleStreams, idleStreams } from "./idle-streams.js";
import { madeYouReset } from "./made-you-reset.js";
import { mixedResets } from "./mixed-resets.js";
import { pacedPingFlood, pingFlood, unreadPingFlood } from "./ping-flood.js";
import { goAwayStorm, oneByteStreams, protocolFaults } from "./protocol-faults.js";
import { rapidReset } from "./rapid-reset.js";
import { pacedSettingsFlood, settingsFlood } from "./settings-flood.js";
import { slowBodyGrpcWeb, slowBodyHttp1, slowBodyHttp2, unendedStreams } from "./slow-body.js";
import { slowHeaders } from "./slow-headers.js";
import { unknownFrameFlood } from "./unknown-frame-flood.js";
import { unreadAnswers } from "./unread-answers.js";
import { watchStreams } from "./watch-streams.js";
import { windowUpdateFlood } from "./window-update-flood.js";
import { flutteringWindows, windowOverflow } from "./windows.js";

/** The attacks by name. */
export const ATTACKS: readonly Attack[] = [
  rapidReset,
  madeYouReset,
  protocolFaults,
  askingOn,
  mixedResets,
  continuationFlood,
  manyContinuations,
  hpackBomb,
  goAwayStorm,
  oneByteStreams,
  pingFlood,
  unreadPingFlood,
  pacedPingFlood,
  settingsFlood,
  pacedSettingsFlood,
  emptyDataFlood,
  windowUpdateFlood,
  unknownFrameFlood,
  idleStreams,
  allowedIdleStreams,
  silentConnections,
  idleSessions,
  slowHeaders,
  slowBodyHttp1,
  slowBodyGrpcWeb,
  slowBodyHttp2,
  unendedStreams,
  bigHeaders,
  unreadAnswers,
  watchStreams,
  windowOverflow,
  flutteringWindows,
];
