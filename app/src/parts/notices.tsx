// What happened to this tablet's dossiers while nobody looked: one that left, and why. It stays on
// the screen until somebody says that they read it.
import type { JSX } from "preact";
import { read, write } from "../core/core";
import { useAct, useLoad } from "../core/hooks";
import { ago } from "../format";
import { language, t } from "../words";
import { Failed, Note } from "./parts";

interface Notice {
  n: string;
  at: string;
  message_it: string;
  message_en: string;
}

const SHOWN = 5;

export function Notices(): JSX.Element | null {
  const load = useLoad(() => read<{ notices: Notice[] }>("notices.list"), "notices");
  const act = useAct();
  const notices = (load.data?.notices ?? []).slice(0, SHOWN);
  const last = notices[notices.length - 1];
  if (!last) return null;
  const understood = (): void =>
    void act.run(async () => {
      await write("notices.seen", { up_to: last.n });
    });
  return (
    <Note tone="info" title={t("notices")}>
      <ul>
        {notices.map((one) => (
          <li key={one.n}>
            {language() === "en" ? one.message_en : one.message_it}{" "}
            <span class="muted">{ago(one.at)}</span>
          </li>
        ))}
      </ul>
      <Failed error={act.failure} />
      <button
        type="button"
        class="btn btn-sm btn-outline-primary"
        disabled={act.busy}
        onClick={understood}
      >
        {t("understood")}
      </button>
    </Note>
  );
}
