import type { ComponentChildren } from "preact";
import { CopyButton } from "./copy-button.js";

/** A token that was just issued, with its own button: on a phone the token field is a screen lower. */
export function NewToken(props: { readonly token: string; readonly children: ComponentChildren }) {
  return (
    <div class="new-token">
      <p class="success">{props.children}</p>
      <p class="mono new-token-text">{props.token}</p>
      <CopyButton text={props.token} what="the new token" />
    </div>
  );
}
