/** Every attack, in the order of the table. */
import { askingOn } from "./asking-on.js";
import type { Attack } from "./attack.js";
import { bigHeaders } from "./big-headers.js";
import { endlessBody, spacesInHeaders, unreadPages } from "./console-requests.js";
import { continuationFlood } from "./continuation-flood.js";
import { costlyBatches, overfullBatches, smallBatches } from "./costly-batches.js";
import { crowd } from "./crowd.js";
import { endlessDoorBodies, slowDoorBodies, slowDoorStreams } from "./door-bodies.js";
import { emptyDataFlood } from "./empty-data-flood.js";
import { halfReadBatches } from "./half-read-batches.js";
import { hpackBomb, manyContinuations } from "./hpack-bomb.js";
import { idleSessions, silentConnections } from "./idle-connections.js";
import { allowedIdleStreams, idleStreams } from "./idle-streams.js";
import { madeYouReset } from "./made-you-reset.js";
import { mixedResets } from "./mixed-resets.js";
import { oneOctetChunks } from "./one-octet-chunks.js";
import { oneOctetFrames } from "./one-octet-frames.js";
import { pacedPingFlood, pingFlood, unreadPingFlood } from "./ping-flood.js";
import { goAwayStorm, oneByteStreams, protocolFaults } from "./protocol-faults.js";
import { rapidReset } from "./rapid-reset.js";
import { reflectionFlood, reflectionStreams } from "./reflection-flood.js";
import { pacedSettingsFlood, settingsFlood } from "./settings-flood.js";
import { slowBodyGrpcWeb, slowBodyHttp1, slowBodyHttp2, unendedStreams } from "./slow-body.js";
import { slowHeaders } from "./slow-headers.js";
import { unaskedBodies, unfinishedBodies, unfinishedWebBodies } from "./unfinished-bodies.js";
import { unknownFrameFlood } from "./unknown-frame-flood.js";
import { unreadAnswers } from "./unread-answers.js";
import { hoardedPages, unreadHttp2Pages } from "./unread-pages.js";
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
  oneOctetFrames,
  oneOctetChunks,
  bigHeaders,
  unfinishedBodies,
  unfinishedWebBodies,
  unaskedBodies,
  unreadAnswers,
  halfReadBatches,
  watchStreams,
  reflectionStreams,
  reflectionFlood,
  costlyBatches,
  smallBatches,
  overfullBatches,
  spacesInHeaders,
  unreadPages,
  unreadHttp2Pages,
  hoardedPages,
  endlessBody,
  endlessDoorBodies,
  slowDoorBodies,
  slowDoorStreams,
  crowd,
  windowOverflow,
  flutteringWindows,
];
