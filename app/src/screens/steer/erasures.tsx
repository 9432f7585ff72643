// What is to be erased and what was: two people, then every tablet says that it is done.
import type { JSX } from "preact";
import { read } from "../../core/core";
import { useAct, useLoad } from "../../core/hooks";
import { steer, type Erasure } from "../../core/steer";
import type { Dossier } from "../../core/types";
import { ago, day } from "../../format";
import { Empty, Failed, Mark, say, Section, SureButton, type Tone } from "../../parts/parts";
import { t, type Word } from "../../words";
import { Frame, FromServer } from "./frame";

interface Orders {
  erasures: Erasure[];
  titles: Map<string, string>;
}

async function loadOrders(): Promise<Orders> {
  const [{ erasures }, { dossiers }] = await Promise.all([
    read<{ erasures: Erasure[] }>("steer.erasures"),
    read<{ dossiers: Dossier[] }>("dossier.list"),
  ]);
  return { erasures, titles: new Map(dossiers.map((one) => [one.id, one.title])) };
}

export function ErasuresScreen(props: { reviewer: boolean }): JSX.Element {
  const load = useLoad(loadOrders, "erasures");
  return (
    <Frame here="erasures" reviewer={props.reviewer} lead={t("steer_erasures_lead")}>
      <FromServer of={load}>
        {({ erasures, titles }) => {
          const open = erasures.filter((one) => one.state === "proposed");
          const rest = erasures.filter((one) => one.state !== "proposed");
          return (
            <>
              <Section title={t("steer_erase_open")} count={open.length}>
                {open.length === 0 && <Empty>{t("nothing_here")}</Empty>}
                {open.map((one) => (
                  <Order key={one.id} order={one} title={titles.get(one.dossier)} />
                ))}
              </Section>
              <Section title={t("steer_erase_past")} count={rest.length}>
                {rest.length === 0 && <Empty>{t("nothing_here")}</Empty>}
                {rest.map((one) => (
                  <Order key={one.id} order={one} title={titles.get(one.dossier)} />
                ))}
              </Section>
            </>
          );
        }}
      </FromServer>
    </Frame>
  );
}

const STATES: Record<Erasure["state"], { word: Word; tone: Tone }> = {
  proposed: { word: "steer_erase_waits", tone: "warning" },
  carried_out: { word: "steer_erase_done", tone: "info" },
  withdrawn: { word: "steer_erase_withdrawn", tone: "neutral" },
};

function what(order: Erasure): string {
  if (order.whole) return t("steer_erase_whole");
  const records = order.targets.filter((one) => one.record).length;
  if (records > 0) return t("steer_erase_records", { n: records });
  return t("steer_erase_sections", {
    names: order.targets.map((one) => one.section ?? "").join(", "),
  });
}

function Order(props: { order: Erasure; title: string | undefined }): JSX.Element {
  const { order, title } = props;
  const state = STATES[order.state];
  const awaited = order.devices.filter((one) => !one.gone);
  const confirmed = awaited.filter((one) => one.confirmed_at).length;
  const over = order.state === "carried_out" && confirmed === awaited.length;
  return (
    <article class="card-box">
      <div class="card-head">
        <h3 class="card-name">
          {title ?? t("openings_dossier", { digits: order.dossier.slice(-8) })}
        </h3>
        <Mark tone={over ? "success" : state.tone}>
          {over ? t("steer_erase_everywhere") : t(state.word)}
        </Mark>
      </div>
      <p>{what(order)}</p>
      <p class="muted">{t("steer_erase_ground", { ground: order.ground })}</p>
      <p class="muted">
        {t("steer_erase_asked", { who: order.asked_by, when: day(order.proposed_at) })}
        {order.confirmed_by && order.decided_at
          ? ` · ${t("steer_erase_by", { who: order.confirmed_by, when: day(order.decided_at) })}`
          : ""}
      </p>
      {order.state === "proposed" && <Decide order={order} />}
      {order.state === "carried_out" && (
        <details open={!over}>
          <summary>
            {t("steer_erase_confirmed", { n: confirmed, of: awaited.length })}
          </summary>
          <ul class="plain">
            {order.devices.map((one) => (
              <li key={one.id}>
                {one.name} · {one.person}{" "}
                {one.confirmed_at ? (
                  <Mark tone="success">
                    {t("steer_erase_at", { when: ago(one.confirmed_at) })}
                  </Mark>
                ) : one.gone ? (
                  <Mark tone="neutral">{t("steer_erase_gone")}</Mark>
                ) : (
                  <Mark tone="warning">
                    {t(one.told ? "steer_erase_told" : "steer_erase_untold", {
                      when: one.last_sync_at ? ago(one.last_sync_at) : "–",
                    })}
                  </Mark>
                )}
              </li>
            ))}
          </ul>
        </details>
      )}
    </article>
  );
}

function Decide(props: { order: Erasure }): JSX.Element {
  const { order } = props;
  const act = useAct();
  const run = (name: string, done: Word): void =>
    void act.run(async () => {
      await steer(name, { order: order.id });
      say(t(done));
    });
  return (
    <>
      {order.mine && <p class="help">{t("steer_erase_other")}</p>}
      <Failed error={act.failure} />
      <div class="buttons">
        {!order.mine && (
          <SureButton
            label={t("steer_erase_confirm")}
            question={t("steer_erase_sure")}
            yes={t("steer_erase_yes")}
            onSure={() => run("erase_confirm", "steer_erase_confirm_done")}
          />
        )}
        <button
          type="button"
          class="btn btn-outline-secondary"
          disabled={act.busy}
          onClick={() => run("erase_withdraw", "steer_erase_withdraw_done")}
        >
          {t("steer_erase_withdraw")}
        </button>
      </div>
    </>
  );
}
