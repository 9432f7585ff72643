// Asking that a dossier be erased: nothing happens until a second person confirms it.
import type { JSX } from "preact";
import { useAct } from "../core/hooks";
import { steer } from "../core/steer";
import { useActWords } from "../form/act_words";
import { useDetails } from "../form/found";
import { t } from "../words";
import { Failed, say, SureButton } from "./parts";

export function AskErasure(props: { dossier: string }): JSX.Element {
  const { dossier } = props;
  const typing = useActWords(
    { act: "steer.erase_propose", subject: dossier, dossier },
    { ground: "" },
  );
  const { ground } = typing.words;
  const panel = useDetails(ground !== "");
  const act = useAct();
  const ask = (): void =>
    void act.run(async () => {
      await steer("erase_propose", { dossier, reason: ground.trim() });
      await typing.done();
      say(t("erase_ask_done"));
    });
  return (
    <details class="block no-print" data-kept {...panel}>
      <summary>{t("erase_ask")}</summary>
      <p>{t("erase_ask_what")}</p>
      <div class="field">
        <label for="erase-ground">{t("erase_ask_ground")}</label>
        <input
          id="erase-ground"
          class="form-control"
          maxLength={400}
          value={ground}
          onInput={(event) => typing.set({ ground: event.currentTarget.value })}
        />
      </div>
      <Failed error={act.failure} />
      {ground.trim() !== "" && (
        <SureButton
          label={t("erase_ask_now")}
          question={t("erase_ask_sure")}
          yes={t("erase_ask_now")}
          onSure={ask}
        />
      )}
    </details>
  );
}
