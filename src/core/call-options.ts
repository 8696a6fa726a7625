/** The options of a manager's methods: a name that does not exist is an error, not a default. */
import { refuseUnknownOptions } from "../values/known-options.js";
import type { CheckOptions, GenerateOptions, RefreshOptions } from "./operations.js";

const GENERATE: readonly (keyof GenerateOptions)[] = [
  "permissions",
  "expiresInHours",
  "additionalData",
  "sessionHours",
  "holderRefresh",
  "audiences",
];
const REFRESH: readonly (keyof RefreshOptions)[] = [
  "newExpiresInHours",
  "byHolder",
  "holderRefresh",
];

const VALIDATE: readonly (keyof CheckOptions)[] = ["audience", "onOpened"];

/** The same options. @throws TypeError naming one that does not exist: `audiences` would require none. */
export function checkValidateOptions(options: CheckOptions): CheckOptions {
  refuseUnknownOptions("a check of a token", options, VALIDATE);
  return options;
}

/** @throws TypeError naming an option that does not exist. */
export function checkGenerateOptions(options: GenerateOptions): void {
  refuseUnknownOptions("generateToken", options, GENERATE);
}

/** The same options. @throws TypeError naming one that does not exist. */
export function checkRefreshOptions(options: RefreshOptions): RefreshOptions {
  refuseUnknownOptions("refreshToken", options, REFRESH);
  return options;
}
