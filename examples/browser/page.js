/** Signs in at the own back end, then asks the token service what the token permits. */
import { createSecureTokenClient, TokenError } from "secure-token-service/client/web";

const form = document.querySelector("form");
const output = document.querySelector("output");
// The back end puts the address in when it bundles this file.
const tokens = createSecureTokenClient({ baseUrl: TOKEN_SERVICE });

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = JSON.stringify(Object.fromEntries(new FormData(form)));
  const answer = await fetch("/sign-in", { method: "POST", body });
  if (!answer.ok) {
    output.value = "Wrong user or password.";
    return;
  }
  const { token } = await answer.json();
  try {
    const { userId, permissions, timeRemaining } = await tokens.validateToken(token);
    output.value = `Hello ${userId}. You may ${permissions.join(", ")} for ${timeRemaining}.`;
  } catch (error) {
    // One of the four exceptions is a fact about the token; anything else is a failed call.
    output.value = error instanceof TokenError ? error.message : "Please try again.";
  }
});
