import type { TargetedSubmitEvent } from "preact";
import { useState } from "preact/hooks";
import { batchFault, readTokens, toVerdict, type Verdict } from "../batch-tokens.js";
import { useCall } from "../call.js";
import { Card } from "../parts/card.js";
import { ErrorNote } from "../parts/error-note.js";
import { describedBy, Field } from "../parts/field.js";
import { Snippet } from "../parts/snippet.js";
import { VerdictTable } from "../parts/verdict-table.js";
import { useSession } from "../session.js";
import { BATCH_TEXT } from "../snippets/calls.js";

/** Asks about many tokens in one call. */
export function BatchCard() {
  const { client, announce } = useSession();
  const [text, setText] = useState("");
  const [isEmpty, setIsEmpty] = useState(false);
  const batch = useCall<readonly Verdict[]>();
  const tokens = readTokens(text);
  const fault = batchFault(tokens) ?? (isEmpty ? "Paste at least one token" : undefined);

  const change = (next: string) => {
    setText(next);
    setIsEmpty(false);
    // Rows are told apart by their place among the tokens.
    batch.reset();
  };
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setIsEmpty(tokens.length === 0);
    if (tokens.length === 0 || fault !== undefined) return;
    const verdicts = await batch.run(async (signal) =>
      (await client.batchValidateTokens(tokens, { signal })).map((result, i) =>
        toVerdict(result, tokens[i] as string),
      ),
    );
    const active = verdicts?.filter(({ state }) => state === "ACTIVE").length;
    if (verdicts) announce(`${active} of ${verdicts.length} tokens are active`);
  };
  return (
    <Card id="batch" title="Batch" lead="Validate many tokens in one call.">
      <form onSubmit={submit} noValidate>
        <Field
          id="tokens"
          label="Tokens"
          hint={`One to a line. ${tokens.length} so far.`}
          fault={fault}
        >
          <textarea
            id="tokens"
            class="input mono token-text"
            rows={3}
            value={text}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            aria-describedby={describedBy("tokens")}
            onInput={(event) => change(event.currentTarget.value)}
          />
        </Field>
        <button type="submit" class="button primary">
          {batch.pending ? "Validating…" : "Validate all"}
        </button>
      </form>
      {batch.error !== undefined && <ErrorNote error={batch.error} />}
      {batch.value && <VerdictTable verdicts={batch.value} />}
      <Snippet of="Batch" calls={BATCH_TEXT} />
    </Card>
  );
}
