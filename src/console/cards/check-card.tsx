import type { TargetedSubmitEvent } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { PermissionResult } from "../../client/web.js";
import { useCall } from "../call.js";
import { Card } from "../parts/card.js";
import { ChipsInput } from "../parts/chips-input.js";
import { ErrorNote } from "../parts/error-note.js";
import { describedBy, Field } from "../parts/field.js";
import { Snippet } from "../parts/snippet.js";
import { audienceFault, MAX_CHECKED, requiredPermissionFault } from "../rules.js";
import { useSession } from "../session.js";
import { checkText, requireText } from "../snippets/calls.js";
import { PASTE_FIRST, useTokenNeeded } from "../token-needed.js";

/** Asks which of several permissions a token holds, and requires one as a service would. */
export function CheckCard({ token }: { readonly token: string }) {
  const { client, announce } = useSession();
  const [asked, setAsked] = useState<readonly string[]>(["read", "write", "delete"]);
  const [required, setRequired] = useState<string | undefined>();
  const [typed, setTyped] = useState("");
  const check = useCall<readonly PermissionResult[]>();
  const require = useCall<true>();
  const { missing, hasToken } = useTokenNeeded(token);
  // Nothing typed requires none.
  const audience = typed === "" ? undefined : typed;
  const fault = audience === undefined ? undefined : audienceFault(audience, "audience");
  const { reset: resetCheck } = check;
  const { reset: resetRequire } = require;

  // Answers about another token, or for another audience, would be taken for answers about this one.
  useEffect(() => {
    resetCheck();
    resetRequire();
    setRequired(undefined);
  }, [token, typed, resetCheck, resetRequire]);

  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (fault) return announce(fault);
    if (!hasToken()) return;
    require.reset();
    setRequired(undefined);
    const results = await check.run((signal) =>
      client.checkPermissions(token, asked, { audience, signal }),
    );
    const granted = results?.filter((result) => result.granted).length;
    if (results) announce(`${granted} of ${results.length} permissions granted`);
  };
  const requireOne = async (permission: string) => {
    setRequired(permission);
    const granted = await require.run((signal) =>
      client.checkPermission(token, permission, { audience, signal }),
    );
    if (granted) announce(`${permission} is granted`);
  };
  const text =
    required === undefined ? checkText(asked, audience) : requireText(required, audience);
  return (
    <Card id="check" title="Check" lead="See at a glance which permissions the token holds.">
      <form onSubmit={submit} noValidate>
        <ChipsInput
          id="asked"
          label="Permissions to check"
          field="permissions"
          example="reports:read"
          chips={asked}
          max={MAX_CHECKED}
          onChange={setAsked}
          faultOf={requiredPermissionFault}
        />
        <Field
          id="audience"
          label="Audience"
          hint="The service that asks; empty requires none"
          fault={fault}
        >
          <input
            id="audience"
            class="input mono"
            value={typed}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            aria-describedby={describedBy("audience")}
            aria-invalid={fault !== undefined}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </Field>
        <button type="submit" class="button primary" aria-disabled={fault !== undefined}>
          {check.pending ? "Checking…" : "Check permissions"}
        </button>
      </form>
      {missing && <p class="fault">{PASTE_FIRST}</p>}
      {check.error !== undefined && <ErrorNote error={check.error} />}
      {check.value && <Results results={check.value} onRequire={requireOne} />}
      {require.error !== undefined && <ErrorNote error={require.error} />}
      {require.value && (
        <p class="success">
          <span class="mono">checkPermission</span> answers <span class="mono">true</span> for{" "}
          <span class="mono">{required}</span>
        </p>
      )}
      {!fault && <Snippet of="Check" calls={[text]} />}
    </Card>
  );
}

function Results(props: {
  readonly results: readonly PermissionResult[];
  readonly onRequire: (permission: string) => void;
}) {
  return (
    <ul class="results" aria-label="Answers">
      {props.results.map(({ permission, granted }) => (
        <li class="result" key={permission} data-granted={granted}>
          <span class="result-mark" aria-hidden="true">
            {granted ? "✓" : "✕"}
          </span>
          <span class="mono result-name">{permission}</span>
          <span class="result-answer">{granted ? "granted" : "not granted"}</span>
          <button
            type="button"
            class="button quiet"
            aria-label={`Require ${permission}`}
            onClick={() => props.onRequire(permission)}
          >
            Require
          </button>
        </li>
      ))}
    </ul>
  );
}
