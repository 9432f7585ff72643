// One tablet of somebody: how it is, what can be done with a lost one, and how far an order is.
// What each act destroys is said before it is chosen (docs/adr/0054).
import type { JSX } from "preact";
import { useAct } from "../../core/hooks";
import { steer, type DeviceOrder, type SteerDevice } from "../../core/steer";
import { useActWords } from "../../form/act_words";
import { FoundNote, useDetails } from "../../form/found";
import { ago } from "../../format";
import { Failed, say, SureButton } from "../../parts/parts";
import { t, type Word } from "../../words";

/** In the order of what they destroy. */
const ACTS = ["lock", "give_up", "revoke", "wipe"] as const;
type DeviceAct = (typeof ACTS)[number];

const word = (act: DeviceAct, what = ""): Word => `device_${act}${what}` as Word;

/** Bytes of UTF-8 that an order's reason may have, in the shortest letters. */
const REASON_MAX = 160;

export function DeviceCard(props: { device: SteerDevice; administered: boolean }): JSX.Element {
  const { device, administered } = props;
  const { order } = device;
  const acts = ACTS.filter((act) => isOpen(device, act));
  return (
    <li>
      {device.name} <span class="muted">{stateOf(device)}</span>
      {order && <Order device={device} order={order} administered={administered} />}
      {administered && acts.length > 0 && <Acts device={device} acts={acts} />}
    </li>
  );
}

function stateOf(device: SteerDevice): string {
  if (device.revoked_at && device.order?.kind !== "wipe") {
    return t("steer_revoked_on", {
      when: ago(device.revoked_at),
      why: device.revoke_reason ?? "",
    });
  }
  if (device.given_up_at) return t("device_given_up", { when: ago(device.given_up_at) });
  return device.last_sync_at
    ? t("steer_last_seen", { when: ago(device.last_sync_at) })
    : t("steer_never");
}

function isOpen(device: SteerDevice, act: DeviceAct): boolean {
  if (device.order?.kind === "wipe") return false;
  switch (act) {
    case "lock":
      return !device.order && !device.revoked_at;
    case "give_up":
      return !device.given_up_at && !device.revoked_at;
    case "revoke":
      return !device.revoked_at;
    case "wipe":
      return true;
  }
}

/** Each step that the order took, and whether it can be taken back. */
function Order(props: {
  device: SteerDevice;
  order: DeviceOrder;
  administered: boolean;
}): JSX.Element {
  const { order } = props;
  const act = useAct();
  const isWipe = order.kind === "wipe";
  const lift = (): void =>
    void act.run(async () => {
      await steer("unlock", { device: props.device.id });
      say(t(isWipe ? "device_keep_done" : "device_unlock_done"));
    });
  return (
    <>
      <ul class="steps">
        <li>
          {t(isWipe ? "device_order_wipe" : "device_order_lock", {
            when: ago(order.ordered_at),
            why: order.reason,
          })}
        </li>
        {!order.told_at && <li>{t(order.understood ? "device_untold" : "device_deaf")}</li>}
        {order.told_at && (
          <li>
            {t(isWipe ? "device_told_wipe" : "device_told_lock", { when: ago(order.told_at) })}
          </li>
        )}
        {order.escrowed_at && (
          <li>
            {t("device_escrowed", {
              when: ago(order.escrowed_at),
              n: order.parcels ?? 0,
              kept: order.kept ?? 0,
            })}
          </li>
        )}
        {order.destroyed_at && (
          <li>{t("device_destroyed", { when: ago(order.destroyed_at) })}</li>
        )}
      </ul>
      {(order.kept ?? 0) > 0 && <p class="help">{t("device_escrow_how")}</p>}
      <Failed error={act.failure} />
      {props.administered &&
        (isWipe && order.told_at ? (
          !order.destroyed_at && <p class="help">{t("device_no_return")}</p>
        ) : (
          <div class="no-print">
            <SureButton
              label={t(isWipe ? "device_keep" : "device_unlock")}
              question={t(isWipe ? "device_keep_sure" : "device_unlock_sure", {
                name: props.device.name,
              })}
              yes={t(isWipe ? "device_keep_yes" : "device_unlock_yes")}
              tone="btn-sm btn-outline-primary"
              disabled={act.busy}
              onSure={lift}
            />
          </div>
        ))}
    </>
  );
}

function Acts(props: { device: SteerDevice; acts: DeviceAct[] }): JSX.Element {
  const { device, acts } = props;
  const typing = useActWords({ act: "steer.device", subject: device.id }, { reason: "", what: "" });
  const { reason } = typing.words;
  // Chosen before, and no longer possible: it is chosen anew.
  const chosen = acts.find((one) => one === typing.words.what);
  const panel = useDetails(typing.found !== "");
  const run = useAct();
  const needsReason = chosen !== undefined && chosen !== "give_up";
  const isUnsent = (device.unsent ?? 0) > 0;
  const id = `act-${device.id}`;
  const act = (): void =>
    void run.run(async () => {
      if (!chosen) return;
      await steer(chosen, {
        device: device.id,
        ...(needsReason ? { reason: reason.trim() } : {}),
      });
      say(t(word(chosen, "_done")));
      await typing.done();
    });
  return (
    <details class="no-print" {...panel}>
      <summary>{t("device_acts")}</summary>
      <FoundNote when={typing.found} onThrow={() => void typing.done()} />
      <fieldset class="field">
        <legend>{t("device_what")}</legend>
        <div class="choices">
          {acts.map((one) => (
            <label key={one} class={one === chosen ? "choice choice-on" : "choice"}>
              <input
                type="radio"
                name={id}
                checked={one === chosen}
                onChange={() => typing.set({ what: one })}
              />
              {t(word(one))}
            </label>
          ))}
        </div>
      </fieldset>
      {chosen && (
        <div data-kept>
          <p>{t(word(chosen, "_what"))}</p>
          {chosen === "revoke" && isUnsent && (
            <p class="help-problem">{t("steer_stop_unsent")}</p>
          )}
          {needsReason && (
            <div class="field">
              <label for={`why-${id}`}>
                {t("steer_why")}{" "}
                {chosen !== "revoke" && (
                  <span class="needed">({t("device_reason_shown")})</span>
                )}
              </label>
              <input
                id={`why-${id}`}
                class="form-control"
                maxLength={REASON_MAX}
                value={reason}
                onInput={(event) => typing.set({ reason: event.currentTarget.value })}
              />
            </div>
          )}
          <Failed error={run.failure} />
          {(!needsReason || reason.trim() !== "") && (
            <SureButton
              key={chosen}
              label={t(word(chosen, "_now"), { name: device.name })}
              question={t(word(chosen, "_sure"))}
              yes={t(word(chosen, "_yes"))}
              onSure={act}
            />
          )}
        </div>
      )}
    </details>
  );
}
