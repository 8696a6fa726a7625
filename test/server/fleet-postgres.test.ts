/** A fleet on a real PostgreSQL. */
import { startFleetPostgres } from "../support/fleet-engine.js";
import { skipWithoutPostgres } from "../support/postgres.js";
import { fleetSuite } from "./fleet-suite.js";

fleetSuite("PostgreSQL", startFleetPostgres, skipWithoutPostgres());
