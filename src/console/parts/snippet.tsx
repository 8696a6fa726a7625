import { highlight } from "../highlight.js";
import { useSession } from "../session.js";
import { type CallText, secretOf } from "../snippets/calls.js";
import { LANGUAGES, type Language } from "../snippets/languages.js";
import { CopyButton } from "./copy-button.js";

/** The lines that do the same as a card's action. */
export function Snippet({
  calls,
  of,
}: {
  readonly calls: readonly CallText[];
  readonly of: string;
}) {
  const session = useSession();
  const { language, setLanguage } = session;
  const text = LANGUAGES[language](calls, session);
  const secret = secretOf(calls);
  const typed = [...(secret === "TOKEN" ? [secret] : []), ...(session.hasKey ? ["API_KEY"] : [])];
  return (
    <section class="snippet" aria-label={`${of} in code`}>
      <div class="snippet-bar">
        <fieldset class="switch">
          <legend class="visually-hidden">Language of {of}</legend>
          {(Object.keys(LANGUAGES) as Language[]).map((name) => (
            <label class="switch-option" key={name}>
              <input
                type="radio"
                name={`language-${of}`}
                checked={language === name}
                onChange={() => setLanguage(name)}
              />
              <span>{name}</span>
            </label>
          ))}
        </fieldset>
        <CopyButton text={text} what={`the ${language} lines`} />
      </div>
      <pre class="snippet-code mono">
        <code>
          {highlight(text).map((piece, i) => (
            <span key={i} class={`code-${piece.kind}`}>
              {piece.text}
            </span>
          ))}
        </code>
      </pre>
      {secret === "TOKENS" && (
        <p class="hint">
          Set <code>TOKENS</code> first, of a file with a token to a line:{" "}
          <code>export TOKENS="$(paste -sd, tokens.txt)"</code>
        </p>
      )}
      {typed.map((name) => (
        <p class="hint" key={name}>
          Set <code>{name}</code> first:{" "}
          <code>
            read -rs {name} && export {name}
          </code>
          , paste, Enter. It enters no history.
        </p>
      ))}
    </section>
  );
}
