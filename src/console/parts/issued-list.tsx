import type { IssuedToken } from "../../client/web.js";
import { visibleText } from "../visible-text.js";
import { Card } from "./card.js";
import { CopyButton } from "./copy-button.js";

/** The most tokens that the page remembers; older ones are forgotten first. */
export const MAX_REMEMBERED = 20;

/** What the page has issued since it was opened, the newest first. */
export interface IssuedListProps {
  readonly issued: readonly IssuedToken[];
  /** The token that the other cards work on. */
  readonly token: string;
  readonly onToken: (token: string) => void;
  readonly onForget: () => void;
}

/** The tokens that this page has issued, each to be opened again. Nothing is shown before the first. */
export function IssuedList({ issued, token, onToken, onForget }: IssuedListProps) {
  if (issued.length === 0) return null;
  return (
    <Card
      id="issued"
      title="Issued here"
      lead={`The last ${MAX_REMEMBERED} tokens at most, in this page's memory: a reload forgets them.`}
    >
      <ul class="results" aria-label="Tokens issued by this page">
        {issued.map((one) => (
          <li class="issued" key={one.tokenId}>
            <span class="result-name">
              <bdi>{visibleText(one.userId)}</bdi> <span class="mono">{one.tokenId}</span>
            </span>
            <span class="result-answer">until {String(one.expiresAt)}</span>
            <CopyButton text={one.token} what={`the token ${one.tokenId}`} />
            <button
              type="button"
              class="button quiet"
              aria-label={`Open ${one.tokenId}`}
              disabled={one.token === token}
              onClick={() => onToken(one.token)}
            >
              Open
            </button>
          </li>
        ))}
      </ul>
      <button type="button" class="button" onClick={onForget}>
        Forget all
      </button>
    </Card>
  );
}
