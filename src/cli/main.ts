#!/usr/bin/env node
import { runServer } from "../server/main.js";

await runServer();
