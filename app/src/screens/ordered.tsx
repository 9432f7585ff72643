// The server locked or wiped this tablet: what happened, whom to call, and how to go on.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { beginAnew, read } from "../core/core";
import { chosenFolder, noteWiped } from "../core/holders";
import { useAct } from "../core/hooks";
import type { PinState } from "../core/lock";
import { ChangeHolder } from "../parts/change_holder";
import { Failed, Note, Title } from "../parts/parts";
import { t } from "../words";

export function OrderedScreen(props: {
  state: PinState;
  /** Closed as any other store now: its PIN opens it. */
  onClosed: () => Promise<void>;
  onOpen: () => void;
  /** Somebody has a code of whoever coordinates. */
  onCode: () => void;
}): JSX.Element {
  const act = useAct();
  const { state } = props;
  const wiped = state.order === "wiped";
  useEffect(() => {
    if (wiped) void noteWiped();
  }, [wiped]);
  const again = (): void => {
    void act.run(async () => {
      const now = await read<PinState>("order.contact");
      if (now.locked) await props.onClosed();
      else props.onOpen();
    });
  };
  const anew = (): void => {
    void act.run(async () => {
      await beginAnew(chosenFolder());
      location.reload();
    });
  };
  return (
    <main class="alone" id="main">
      <Title text={t(wiped ? "wiped" : "locked_afar")} />
      <Note tone={wiped ? "danger" : "warning"} live>
        <p>{state.order_text}</p>
      </Note>
      <p>{t(wiped ? "wiped_next" : "locked_afar_next")}</p>
      {wiped && state.reported === false && <p class="help">{t("wiped_untold")}</p>}
      <Failed error={act.failure} />
      <button
        type="button"
        class="btn btn-primary btn-lg wide"
        disabled={act.busy}
        onClick={wiped ? anew : again}
      >
        {act.busy ? t("loading") : t(wiped ? "wiped_anew" : "retry")}
      </button>
      {!wiped && state.recovery && (
        <button type="button" class="btn btn-link" onClick={props.onCode}>
          {t("locked_afar_code")}
        </button>
      )}
      <ChangeHolder act={act} />
    </main>
  );
}
