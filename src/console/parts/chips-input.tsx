import type { TargetedKeyboardEvent } from "preact";
import { useState } from "preact/hooks";
import { describedBy, Field } from "./field.js";

/** Permissions, or audiences, as chips. */
export interface ChipsInputProps {
  readonly id: string;
  readonly label: string;
  /** What the request names the list. */
  readonly field: "permissions" | "audiences";
  /** What stands in the empty input, as an example. */
  readonly example: string;
  readonly chips: readonly string[];
  readonly max: number;
  readonly onChange: (chips: readonly string[]) => void;
  /** The fault of one chip; `field` is its name in the request. */
  readonly faultOf: (chip: string, field: string) => string | undefined;
}

/** Enter or a comma adds what is typed, Backspace in an empty input removes the last. */
export function ChipsInput(props: ChipsInputProps) {
  const { id, label, field, example, chips, max, onChange, faultOf } = props;
  const [draft, setDraft] = useState("");
  // As the command reads them: a pasted list is several.
  const typed = draft
    .split(",")
    .map((text) => text.trim())
    .filter((text) => text !== "");
  const added = [...new Set(typed)].filter((text) => !chips.includes(text));
  const faults = added.map((text, i) => faultOf(text, `${field}[${chips.length + i}]`));
  const fault =
    chips.length + added.length > max
      ? `${field} must be at most ${max}`
      : faults.find((one) => one !== undefined);

  const add = () => {
    if (draft === "" || fault) return;
    if (added.length > 0) onChange([...chips, ...added]);
    setDraft("");
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLInputElement>) => {
    if ((event.key === "Enter" || event.key === ",") && draft !== "") {
      event.preventDefault();
      add();
    }
    if (event.key === "Backspace" && draft === "") onChange(chips.slice(0, -1));
  };
  return (
    <Field
      id={id}
      label={label}
      hint="Enter or a comma adds one, Backspace removes the last"
      fault={fault}
    >
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
          placeholder={chips.length === 0 ? example : ""}
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
