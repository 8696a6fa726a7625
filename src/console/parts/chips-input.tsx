import type { TargetedKeyboardEvent } from "preact";
import { useState } from "preact/hooks";
import { describedBy, Field } from "./field.js";

/** Permissions as chips. */
export interface ChipsInputProps {
  readonly id: string;
  readonly label: string;
  readonly chips: readonly string[];
  readonly max: number;
  readonly onChange: (chips: readonly string[]) => void;
  /** The fault of one chip; `field` is its name in the request. */
  readonly faultOf: (chip: string, field: string) => string | undefined;
}

/** Enter adds what is typed, Backspace in an empty input removes the last. */
export function ChipsInput({ id, label, chips, max, onChange, faultOf }: ChipsInputProps) {
  const [draft, setDraft] = useState("");
  const full = chips.length >= max && draft !== "";
  const fault = full
    ? `permissions must be at most ${max}`
    : draft === ""
      ? undefined
      : faultOf(draft, `permissions[${chips.length}]`);

  const add = () => {
    if (draft === "" || fault) return;
    if (!chips.includes(draft)) onChange([...chips, draft]);
    setDraft("");
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter" && draft !== "") {
      event.preventDefault();
      add();
    }
    if (event.key === "Backspace" && draft === "") onChange(chips.slice(0, -1));
  };
  return (
    <Field id={id} label={label} hint="Enter adds one, Backspace removes the last" fault={fault}>
      <div class="chips-input" data-invalid={fault ? "" : undefined}>
        {chips.length > 0 && (
          <ul class="chips" aria-label={`${label} so far`}>
            {chips.map((chip) => (
              <li class="chip" key={chip}>
                <span>{chip}</span>
                <button
                  type="button"
                  class="chip-remove"
                  aria-label={`Remove ${chip}`}
                  onClick={() => onChange(chips.filter((other) => other !== chip))}
                >
                  <span aria-hidden="true">×</span>
                </button>
              </li>
            ))}
          </ul>
        )}
        <input
          id={id}
          class="chips-text mono"
          value={draft}
          placeholder={chips.length === 0 ? "reports:read" : ""}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          enterkeyhint="done"
          aria-describedby={describedBy(id)}
          aria-invalid={fault !== undefined}
          onInput={(event) => setDraft(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onBlur={add}
        />
      </div>
    </Field>
  );
}
