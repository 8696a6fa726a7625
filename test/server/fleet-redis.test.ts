/** A fleet on a real Redis. */
import { startFleetRedis } from "../support/fleet-engine.js";
import { skipWithoutRedis } from "../support/redis.js";
import { fleetSuite } from "./fleet-suite.js";

fleetSuite("Redis", startFleetRedis, skipWithoutRedis());
