/** `secure-token callers`: the file of those who may call. */
import type { Command } from "commander";
import { addCallersAdd } from "./add.js";
import { addCallersEdit } from "./edit.js";
import { addCallersList } from "./list.js";
import { addCallersRevoke } from "./revoke.js";
import { addCallersRotate } from "./rotate.js";

/** Adds `callers` and its commands. */
export function addCallersCommand(program: Command): void {
  const callers = program.command("callers").description("Edit a callers file.");
  addCallersAdd(callers);
  addCallersEdit(callers);
  addCallersRotate(callers);
  addCallersRevoke(callers);
  addCallersList(callers);
}
