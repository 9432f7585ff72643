// Words of an earlier time that a form begins with: they are marked, since they may be of another
// family than the one in mind, and can be thrown away.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { read } from "../core/core";
import type { Draft } from "../core/types";
import { ago } from "../format";
import { DiscardButton, Note } from "../parts/parts";
import { t } from "../words";
import type { ActOf } from "./act_words";

export interface Found {
  /** When the words were kept that were here before this form; empty if there were none. */
  when: string;
  /** The act is done, or the words are thrown away. */
  forget: () => void;
}

/** Looked for once, before anything can be typed: what is typed from here on is not found. */
export function useFound(about: ActOf): Found {
  const [when, setWhen] = useState("");
  useEffect(() => {
    read<{ drafts: Draft[] }>("draft.list").then(
      ({ drafts }) => {
        const mine = drafts.find(
          (one) => one.act === about.act && one.subject === about.subject,
        );
        setWhen(mine?.updated_at ?? "");
      },
      () => undefined, // the form says what fails
    );
  }, [about.act, about.subject]);
  return { when, forget: () => setWhen("") };
}

export function FoundNote(props: { of: Found; onThrow: () => void }): JSX.Element | null {
  const { of } = props;
  if (!of.when) return null;
  return (
    <Note tone="info" title={t("draft_of", { when: ago(of.when) })}>
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
