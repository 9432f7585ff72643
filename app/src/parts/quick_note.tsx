// A note in one tap, in the section where those who may read it are: what is reserved has a place
// of its own, and says so before a word is written.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { read, write } from "../core/core";
import { useAct, useLoad } from "../core/hooks";
import type { Dossier, Draft, Identity } from "../core/types";
import { today } from "../format";
import { go } from "../router";
import { t } from "../words";
import { Icon } from "./icons";
import { Failed } from "./parts";

/** Where the schema lets a note lie. */
const SECTIONS = ["core", "education", "economic", "health", "judicial", "network", "project"];

export function QuickNote(props: { dossier: Dossier; me: Identity }): JSX.Element {
  const { dossier, me } = props;
  const act = useAct();
  const [open, setOpen] = useState(false);
  const types = useLoad(
    () => read<{ sensitive_sections: string[] }>("schema.types"),
    "sensitive sections",
  );
  const reserved = new Set(types.data?.sensitive_sections ?? []);
  const begin = (section: string): void =>
    void act.run(async () => {
      const { draft } = await write<{ draft: Draft }>("draft.open", {
        type: "note",
        dossier: dossier.id,
        section,
        fields: { written_on: today(), author: me.account },
      });
      go("edit", draft.id);
    });
  const sections = dossier.sections
    .map((name, at) => ({ name, label: dossier.section_labels[at] ?? name }))
    .filter((one) => SECTIONS.includes(one.name));
  if (!open) {
    return (
      <button type="button" class="btn btn-outline-primary" onClick={() => setOpen(true)}>
        <Icon name="page" />
        {t("quick_note")}
      </button>
    );
  }
  return (
    <div role="group" aria-label={t("quick_note")} class="quick-note card-box">
      <p class="muted">{t("quick_note_where")}</p>
      <ul class="chips">
        {sections.map((one) => (
          <li key={one.name}>
            <button
              type="button"
              class="chip-link"
              disabled={act.busy}
              onClick={() => begin(one.name)}
            >
              {reserved.has(one.name) && <Icon name="lock" />}
              {one.label}
              {reserved.has(one.name) && <> ({t("reserved")})</>}
            </button>
          </li>
        ))}
      </ul>
      <Failed error={act.failure} />
    </div>
  );
}
