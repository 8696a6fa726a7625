import type { TargetedSubmitEvent } from "preact";
import { useState } from "preact/hooks";
import type { IssuedToken } from "../../client/web.js";
import { useCall } from "../call.js";
import { type Lifetime, lifetimeFault, toHours } from "../lifetime.js";
import { Card } from "../parts/card.js";
import { ChipsInput } from "../parts/chips-input.js";
import { ErrorNote } from "../parts/error-note.js";
import { describedBy, Field } from "../parts/field.js";
import { LifetimeInput } from "../parts/lifetime-input.js";
import { NewToken } from "../parts/new-token.js";
import { Snippet } from "../parts/snippet.js";
import {
  audienceFault,
  MAX_AUDIENCES,
  MAX_PERMISSIONS,
  permissionFault,
  readAdditionalData,
  userIdFault,
} from "../rules.js";
import { useSession } from "../session.js";
import { generateText } from "../snippets/calls.js";

/** Something that works at the first click. */
const EXAMPLE = {
  userId: "user_123",
  permissions: ["read", "write"],
  lifetime: { amount: "24", unit: "hours" },
  data: '{ "department": "Engineering" }',
} as const;

/** Issues a token and hands it to the other cards. */
export function GenerateCard(props: {
  /** The token that the other cards work on. */
  readonly token: string;
  readonly onIssued: (issued: IssuedToken) => void;
}) {
  const { token, onIssued } = props;
  const { client, announce } = useSession();
  const [userId, setUserId] = useState<string>(EXAMPLE.userId);
  const [permissions, setPermissions] = useState<readonly string[]>(EXAMPLE.permissions);
  const [audiences, setAudiences] = useState<readonly string[]>([]);
  const [lifetime, setLifetime] = useState<Lifetime>(EXAMPLE.lifetime);
  const [data, setData] = useState<string>(EXAMPLE.data);
  const { pending, value, error, run } = useCall<IssuedToken>();

  const read = readAdditionalData(data);
  const dataFault = "fault" in read ? read.fault : undefined;
  const additionalData = "value" in read ? read.value : {};
  const userFault = userIdFault(userId);
  const refused = userFault ?? dataFault ?? lifetimeFault(lifetime);

  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (refused) return announce(refused);
    const expiresInHours = toHours(lifetime);
    const issued = await run((signal) =>
      client.generateToken(
        userId,
        { permissions, audiences, expiresInHours, additionalData },
        { signal },
      ),
    );
    if (!issued) return;
    onIssued(issued);
    announce(`Token ${issued.tokenId} issued for ${issued.userId}`);
  };
  return (
    <Card id="generate" title="Generate" lead="Issue a token that carries its own claims.">
      <form onSubmit={submit} noValidate>
        <Field id="user" label="User" hint="Whom the token speaks for" fault={userFault}>
          <input
            id="user"
            class="input mono"
            value={userId}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            aria-describedby={describedBy("user")}
            aria-invalid={userFault !== undefined}
            onInput={(event) => setUserId(event.currentTarget.value)}
          />
        </Field>
        <ChipsInput
          id="permissions"
          label="Permissions"
          field="permissions"
          example="reports:read"
          chips={permissions}
          max={MAX_PERMISSIONS}
          onChange={setPermissions}
          faultOf={permissionFault}
        />
        <ChipsInput
          id="audiences"
          label="Audiences"
          field="audiences"
          example="none: for any service that requires none"
          chips={audiences}
          max={MAX_AUDIENCES}
          onChange={setAudiences}
          faultOf={audienceFault}
        />
        <LifetimeInput id="lifetime" label="Lifetime" lifetime={lifetime} onChange={setLifetime} />
        <Field
          id="data"
          label="Additional data"
          hint="A JSON object, up to 4 KiB"
          fault={dataFault}
        >
          <textarea
            id="data"
            class="input mono"
            rows={4}
            value={data}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            aria-describedby={describedBy("data")}
            aria-invalid={dataFault !== undefined}
            onInput={(event) => setData(event.currentTarget.value)}
          />
        </Field>
        <button type="submit" class="button primary" aria-disabled={refused !== undefined}>
          {pending ? "Generating…" : "Generate token"}
        </button>
      </form>
      {error !== undefined && <ErrorNote error={error} />}
      {value && value.token === token && !refused && (
        <NewToken token={value.token}>
          Issued, and opened under Inspect: <span class="mono">{value.tokenId}</span>
        </NewToken>
      )}
      {!refused && (
        <Snippet
          of="Generate"
          calls={[generateText({ userId, permissions, audiences, lifetime, additionalData })]}
        />
      )}
    </Card>
  );
}
