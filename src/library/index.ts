/** secure-token-service: Secure Token as a library, with a manager that reads its environment. */
export * from "../core/index.js";
export { SecureTokenManager } from "./environment-manager.js";
