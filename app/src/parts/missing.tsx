// The core's second part was needed and is not there: what happens, over the screen that stays as
// it is beneath, and how to go on. Nothing that is typed there is touched.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { onEvent, revive, tellChange } from "../core/core";
import { useAct } from "../core/hooks";
import { t } from "../words";
import { Failed, Note } from "./parts";

export function MissingPart(props: { onBack: (locked: boolean) => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const act = useAct();
  const again = (): void => {
    void act.run(async () => {
      const { locked } = await revive();
      props.onBack(locked);
      if (!locked) tellChange();
    });
  };
  useEffect(() => {
    dialog.current?.showModal();
    return onEvent((event) => {
      if (event.event === "part_arrived") again();
    });
  }, []);
  return (
    <dialog
      class="cover"
      ref={dialog}
      aria-labelledby="cover-title"
      onCancel={(event) => event.preventDefault()}
    >
      <h1 id="cover-title">{t("part_missing")}</h1>
      <Note tone="warning">
        <p>{t("part_missing_why")}</p>
      </Note>
      <p>{t("part_missing_next")}</p>
      <Failed error={act.failure} title={t("part_missing_still")} />
      <button
        type="button"
        class="btn btn-primary btn-lg wide"
        disabled={act.busy}
        onClick={again}
      >
        {act.busy ? t("part_missing_asking") : t("retry")}
      </button>
    </dialog>
  );
}
