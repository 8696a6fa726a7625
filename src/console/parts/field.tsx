import type { ComponentChildren } from "preact";

/** A labelled input with its hint and its fault. */
export interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly fault?: string | undefined;
  readonly children: ComponentChildren;
}

/** Lays out one input. Its input names `describedBy(id)`, so that hint and fault are read with it. */
export function Field({ id, label, hint, fault, children }: FieldProps) {
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      {children}
      <div class="field-notes" id={describedBy(id)}>
        {fault ? <p class="fault">{fault}</p> : hint && <p class="hint">{hint}</p>}
      </div>
    </div>
  );
}

/** The id of an input's notes. */
export function describedBy(id: string): string {
  return `${id}-notes`;
}
