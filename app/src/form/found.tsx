// Words of an earlier time that a form begins with: they are marked, since they may be of another
// family than the one in mind, and can be thrown away.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ago } from "../format";
import { DiscardButton, Note } from "../parts/parts";
import { t } from "../words";

export function FoundNote(props: { when: string; onThrow: () => void }): JSX.Element | null {
  if (!props.when) return null;
  return (
    <Note tone="info" title={t("draft_of", { when: ago(props.when) })}>
      <p>{t("draft_found")}</p>
      <DiscardButton onSure={props.onThrow} />
    </Note>
  );
}

export interface Details {
  open: boolean;
  onToggle: (event: { currentTarget: HTMLDetailsElement }) => void;
}

/** A panel that opens with what was found in it, and closes only by hand. */
export function useDetails(isFilled: boolean): Details {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (isFilled) setOpen(true);
  }, [isFilled]);
  return { open, onToggle: (event) => setOpen(event.currentTarget.open) };
}
