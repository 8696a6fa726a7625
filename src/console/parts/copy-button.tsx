import { useEffect, useState } from "preact/hooks";
import { useSession } from "../session.js";

const SHOWN_MS = 1600;

/** Copies `text`. `what` names it for those who hear rather than see it. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  // An object, since a second copy that ends like the first is shown for as long.
  const [said, setSaid] = useState<{ readonly text: string } | undefined>();
  const { announce } = useSession();
  useEffect(() => {
    if (said === undefined) return;
    const timer = setTimeout(() => setSaid(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [said]);

  const copy = async () => {
    const copied = await writeClipboard(text);
    setSaid({ text: copied ? "Copied" : "Not copied" });
    announce(copied ? `Copied ${what}` : `The browser did not let ${what} be copied`);
  };
  return (
    <button type="button" class="button quiet" aria-label={`Copy ${what}`} onClick={copy}>
      {said?.text ?? "Copy"}
    </button>
  );
}

/** Browsers give no clipboard to pages that come neither over TLS nor from this machine. */
async function writeClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
