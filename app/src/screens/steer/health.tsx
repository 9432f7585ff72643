// Whether tablets send, and what waits for a decision where.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useLoad, useNow } from "../../core/hooks";
import {
  deviceLines,
  territoryLines,
  type Condition,
  type DeviceLine,
  type TerritoryLine,
} from "../../core/health";
import { csv, loadHolders, loadPeople, loadTeam, type SteerPerson } from "../../core/steer";
import { ago, longDuration } from "../../format";
import { Select } from "../../parts/finding";
import { Empty, Mark, Section, type Tone } from "../../parts/parts";
import { to } from "../../router";
import { t, type Word } from "../../words";
import { roleName } from "../../words/steer";
import { Frame, FromServer, TakeAway } from "./frame";

interface Health {
  people: SteerPerson[];
  territories: TerritoryLine[];
}

async function loadHealth(reviewer: boolean): Promise<Health> {
  const { people } = await loadPeople();
  if (!reviewer) return { people, territories: [] };
  const [team, holders] = await Promise.all([loadTeam(), loadHolders()]);
  const held = new Map(holders.map((one) => [one.id, one.held]));
  return { people, territories: territoryLines(team.families, held) };
}

const SHOWN: Record<Condition, { word: Word; tone: Tone }> = {
  silent: { word: "steer_silent", tone: "danger" },
  unsent: { word: "steer_unsent", tone: "warning" },
  late: { word: "steer_late", tone: "warning" },
  clock: { word: "steer_clock", tone: "warning" },
  never: { word: "steer_never", tone: "neutral" },
  fine: { word: "steer_fine", tone: "success" },
  locked: { word: "device_locked", tone: "neutral" },
  stopped: { word: "steer_stopped", tone: "neutral" },
};

function words(line: DeviceLine, one: Condition): string {
  return t(SHOWN[one].word, {
    n: line.device.unsent ?? 0,
    by: longDuration(Math.round(Math.abs(line.device.clock_offset_ms ?? 0) / 60_000)),
  });
}

export function HealthScreen(props: { reviewer: boolean }): JSX.Element {
  const load = useLoad(() => loadHealth(props.reviewer), "health");
  return (
    <Frame here="health" reviewer={props.reviewer} lead={t("steer_health_lead")}>
      <FromServer of={load}>
        {(health) => (
          <>
            {health.territories.length > 0 && <Territories lines={health.territories} />}
            <Devices people={health.people} />
          </>
        )}
      </FromServer>
    </Frame>
  );
}

function Territories(props: { lines: TerritoryLine[] }): JSX.Element {
  const heads = [
    t("steer_territory"), t("nav_families"), t("steer_unseen"), t("nav_review"), t("steer_held"),
  ];
  return (
    <Section
      title={t("steer_by_territory")}
      action={
        <a class="btn btn-sm btn-outline-primary no-print" href={to("review")}>
          {t("nav_review")}
        </a>
      }
    >
      <div class="figures" role="region" aria-label={t("steer_by_territory")} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {heads.map((head, at) => (
                <th key={head} scope="col" class={at > 0 ? "amount" : undefined}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {props.lines.map((one) => (
              <tr key={one.territory}>
                <th scope="row">{one.territory || t("steer_no_territory")}</th>
                {[one.families, one.unseen, one.open, one.held].map((number, at) => (
                  <td key={at} class="amount">
                    {number || "–"}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

const STATES: Condition[] = [
  "silent", "unsent", "late", "clock", "never", "fine", "locked", "stopped",
];
const SHORT: Record<Condition, Word> = {
  silent: "steer_only_silent", unsent: "steer_only_unsent", late: "steer_only_late",
  clock: "steer_only_clock", never: "steer_never", fine: "steer_fine",
  locked: "device_locked", stopped: "steer_stopped",
};

function Devices(props: { people: SteerPerson[] }): JSX.Element {
  const now = useNow(60_000);
  const [state, setState] = useState("");
  const all = deviceLines(props.people, now);
  const lines = all.filter((one) => state === "" || one.conditions.includes(state as Condition));
  const content = (): string =>
    csv([
      [t("steer_person"), t("steer_device"), t("steer_last"), t("steer_state")],
      ...lines.map((one) => [
        one.person.name, one.device.name, one.device.last_sync_at ?? "",
        one.conditions.map((what) => words(one, what)).join(", "),
      ]),
    ]);
  return (
    <Section title={t("steer_devices")} count={lines.length}>
      <div class="no-print">
        <Select
          id="device-state"
          label={t("steer_state")}
          all={t("steer_all")}
          value={state}
          options={STATES.map((one): [string, string] => [one, t(SHORT[one])])}
          onChange={setState}
        />
      </div>
      {lines.length === 0 ? (
        <Empty>{t("nothing_here")}</Empty>
      ) : (
        <div class="figures" role="region" aria-label={t("steer_devices")} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t("steer_person")}</th>
                <th scope="col">{t("steer_device")}</th>
                <th scope="col">{t("steer_last")}</th>
                <th scope="col">{t("steer_state")}</th>
              </tr>
            </thead>
            <tbody>
              {lines.map((one) => (
                <tr key={one.device.id}>
                  <th scope="row">
                    {one.person.name}
                    <small>{roleName(one.person.role)}</small>
                  </th>
                  <td>{one.device.name}</td>
                  <td>{one.device.last_sync_at ? ago(one.device.last_sync_at, now) : "–"}</td>
                  <td>
                    <span class="marks">
                      {one.conditions.map((what) => (
                        <Mark key={what} tone={SHOWN[what].tone}>
                          {words(one, what)}
                        </Mark>
                      ))}
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p class="muted">{t("steer_devices_note")}</p>
      <TakeAway name={t("steer_devices_file")} content={content} />
    </Section>
  );
}
