import { type Lifetime, lifetimeFault, UNIT_HOURS, type Unit } from "../lifetime.js";
import { describedBy, Field } from "./field.js";

/** A lifetime that is being typed. */
export interface LifetimeInputProps {
  readonly id: string;
  readonly label: string;
  readonly lifetime: Lifetime;
  readonly onChange: (lifetime: Lifetime) => void;
}

/** A number and its unit. */
export function LifetimeInput({ id, label, lifetime, onChange }: LifetimeInputProps) {
  const fault = lifetimeFault(lifetime);
  return (
    <Field id={id} label={label} hint="Above 0, up to 8760 hours (a year)" fault={fault}>
      <div class="lifetime">
        <input
          id={id}
          class="input mono"
          inputMode="decimal"
          autocomplete="off"
          value={lifetime.amount}
          aria-describedby={describedBy(id)}
          aria-invalid={fault !== undefined}
          onInput={(event) => onChange({ ...lifetime, amount: event.currentTarget.value })}
        />
        <select
          class="input"
          aria-label={`Unit of ${label.toLowerCase()}`}
          value={lifetime.unit}
          onChange={(event) => onChange({ ...lifetime, unit: event.currentTarget.value as Unit })}
        >
          {Object.keys(UNIT_HOURS).map((unit) => (
            <option key={unit} value={unit}>
              {unit}
            </option>
          ))}
        </select>
      </div>
    </Field>
  );
}
