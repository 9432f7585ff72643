// Several people on one tablet: who is it now, and who else's work lies here.
import type { JSX } from "preact";
import {
  addHolder,
  chooseHolder,
  chosenFolder,
  holders,
  isShared,
  leave,
  removeHolder,
  type Holder,
} from "../core/holders";
import { useAct, useLoad } from "../core/hooks";
import { pinState } from "../core/lock";
import { age, ago } from "../format";
import { ChangeHolder } from "../parts/change_holder";
import { Icon } from "../parts/icons";
import { Await, Failed, Mark, Note, Section, SureButton, Title } from "../parts/parts";
import { count, t } from "../words";

const DAY_MS = 86_400_000;

function waits(holder: Holder): string {
  if (holder.unsent === 0 && holder.drafts > 0) {
    return count(holder.drafts, "holder_draft", "holder_drafts");
  }
  if (holder.unsent === 0) {
    return holder.last ? `${t("holder_sent")} · ${ago(holder.last)}` : t("holder_sent");
  }
  const given = { n: holder.unsent, age: holder.since ? age(holder.since) : "–" };
  return t(holder.unsent === 1 ? "holder_unsent_one" : "holder_unsent", given);
}

function Waits(props: { holder: Holder }): JSX.Element {
  const { holder } = props;
  if (holder.unsent === 0 && holder.drafts === 0) {
    return <span class="row-note">{waits(holder)}</span>;
  }
  const isOld = holder.unsent > 0 && Date.now() - Date.parse(holder.since) > DAY_MS;
  return <Mark tone={isOld ? "danger" : "warning"}>{waits(holder)}</Mark>;
}

function Who(props: { holder: Holder }): JSX.Element {
  const { holder } = props;
  return (
    <>
      <Icon name="person" />
      <span class="row-text">
        <span class="row-title">{holder.name || t("holder_nobody")}</span>
        {holder.name && <Waits holder={holder} />}
      </span>
    </>
  );
}

/** Before anything is opened. */
export function HoldersScreen(): JSX.Element {
  const act = useAct();
  const all = holders();
  return (
    <main class="alone" id="main">
      <Title text={t("holders")} lead={t("holders_lead")} />
      <ul class="rows">
        {all.map((one) => (
          <li key={one.folder}>
            <button type="button" class="row-link" onClick={() => chooseHolder(one.folder)}>
              <Who holder={one} />
              <Icon name="next" />
            </button>
          </li>
        ))}
      </ul>
      {all.some((one) => one.unsent > 0) && <p class="help">{t("holder_only_they")}</p>}
      <Failed error={act.failure} />
      <button
        type="button"
        class="btn btn-outline-primary btn-lg wide"
        disabled={act.busy}
        onClick={() => void act.run(addHolder)}
      >
        {t("holder_add")}
      </button>
    </main>
  );
}

/** Connected by somebody who went before they had chosen a PIN: nobody goes on as them. */
export function UnfinishedHolder(): JSX.Element {
  const act = useAct();
  return (
    <main class="alone" id="main">
      <Title text={t("holder_unfinished")} lead={t("holder_unfinished_lead")} />
      <Failed error={act.failure} />
      <button
        type="button"
        class="btn btn-primary btn-lg wide"
        disabled={act.busy}
        onClick={() => void act.run(removeHolder)}
      >
        {t("holder_unfinished_do")}
      </button>
      <ChangeHolder act={act} />
    </main>
  );
}

/** Part of the settings. */
export function HoldersSection(): JSX.Element {
  const pin = useLoad(pinState, "pin");
  const act = useAct();
  const others = holders().filter((one) => one.folder !== chosenFolder());
  return (
    <Section title={t("holders_section")}>
      {!isShared() && <p>{t("holders_one")}</p>}
      {others.length > 0 && (
        <ul class="rows">
          {others.map((one) => (
            <li key={one.folder} class="row-plain">
              <Who holder={one} />
            </li>
          ))}
        </ul>
      )}
      {others.some((one) => one.unsent > 0) && <p class="help">{t("holder_only_they")}</p>}
      <Failed error={act.failure} />
      <Await of={pin}>
        {(state) =>
          state.pin ? (
            <div class="buttons">
              {isShared() && (
                <button
                  type="button"
                  class="btn btn-primary"
                  disabled={act.busy}
                  onClick={() => void act.run(leave)}
                >
                  {t("holder_change")}
                </button>
              )}
              <button
                type="button"
                class="btn btn-outline-primary"
                disabled={act.busy}
                onClick={() => void act.run(addHolder)}
              >
                {t("holder_add")}
              </button>
            </div>
          ) : (
            <Note tone="info">
              <p>{t("holders_need_pin")}</p>
            </Note>
          )
        }
      </Await>
      {isShared() && (
        <SureButton
          label={t("holder_remove")}
          question={t("holder_remove_sure")}
          yes={t("holder_remove_yes")}
          onSure={() => void act.run(removeHolder)}
        />
      )}
    </Section>
  );
}
