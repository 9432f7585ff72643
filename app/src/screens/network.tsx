// The fellow's day: where each relation stands, whom to be in touch with again, and the month.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useLoad } from "../core/hooks";
import {
  contactsIn,
  loadNetwork,
  nextDate,
  type Network,
  type Stakeholder,
} from "../core/network";
import type { Dossier, Identity } from "../core/types";
import { dayInWords, daysUntil, duration, monthName, today } from "../format";
import { MoreButton, plain, SearchField } from "../parts/finding";
import { Icon } from "../parts/icons";
import { Await, Empty, Mark, Row, Section, Title } from "../parts/parts";
import { go, to } from "../router";
import { count, t } from "../words";

/** In touch again within a week, or overdue. */
const DUE_DAYS = 7;
const SHOWN = 100;

export function NetworkScreen(props: { id: string; me: Identity }): JSX.Element {
  const load = useLoad(() => loadNetwork(props.id), `network-${props.id}`);
  return (
    <Await of={load}>
      {({ all, network }) =>
        network === null ? (
          <>
            <Title text={t("network")} />
            <Empty>{t("network_none")}</Empty>
          </>
        ) : (
          <Whole all={all} network={network} me={props.me} />
        )
      }
    </Await>
  );
}

function Whole(props: { all: Dossier[]; network: Network; me: Identity }): JSX.Element {
  const { network } = props;
  const [stage, setStage] = useState<string | null>(null);
  return (
    <>
      <Title text={network.dossier.title}>
        <a class="btn btn-primary" href={to("new", network.dossier.id, "stakeholder")}>
          {t("network_new")}
        </a>
      </Title>
      {props.all.length > 1 && (
        <div class="field">
          <label for="which-network">{t("network_which")}</label>
          <select
            id="which-network"
            class="form-control"
            value={network.dossier.id}
            onChange={(event) => go("network", event.currentTarget.value)}
          >
            {props.all.map((one) => (
              <option key={one.id} value={one.id}>
                {one.title}
              </option>
            ))}
          </select>
        </div>
      )}
      <Due network={network} />
      <Funnel network={network} chosen={stage} onChoose={setStage} />
      <Subjects key={stage ?? "all"} network={network} stage={stage} />
      <Month network={network} worker={props.me.account} />
      <p class="next-step">
        <a class="btn btn-outline-primary wide" href={to("services")}>
          {t("services")}
        </a>
      </p>
    </>
  );
}

function Due(props: { network: Network }): JSX.Element | null {
  const due = props.network.stakeholders
    .filter((one) => nextDate(one) !== "" && daysUntil(nextDate(one)) <= DUE_DAYS)
    .sort((a, b) => nextDate(a).localeCompare(nextDate(b)));
  if (due.length === 0) return null;
  return (
    <Section title={t("network_due")} count={due.length}>
      <ul class="rows">
        {due.map((one) => (
          <Row
            key={one.id}
            href={to("stakeholder", one.id)}
            icon="clock"
            title={one.name}
            note={one.contacts[0]?.nextStep}
            mark={
              <Mark tone={daysUntil(nextDate(one)) < 0 ? "danger" : "warning"}>
                {dayInWords(nextDate(one))}
              </Mark>
            }
          />
        ))}
      </ul>
    </Section>
  );
}

/** A fellow has no families: the day begins with whom to be in touch with. */
export function NetworkToday(props: { me: Identity }): JSX.Element {
  const load = useLoad(() => loadNetwork(""), "network-today");
  return (
    <Await of={load}>
      {({ network }) =>
        network === null ? (
          <Empty>{t("network_none")}</Empty>
        ) : (
          <>
            <a class="big-link" href={to("network", network.dossier.id)}>
              <Icon name="hands" />
              <span>
                <strong>{network.dossier.title}</strong>
                <small>{t("network_funnel")}</small>
              </span>
              <Icon name="next" />
            </a>
            <Due network={network} />
            <Month network={network} worker={props.me.account} />
          </>
        )
      }
    </Await>
  );
}

/** How many there are at each stage; a stage is a button that shows who. */
function Funnel(props: {
  network: Network;
  chosen: string | null;
  onChoose: (stage: string | null) => void;
}): JSX.Element {
  const { stages, stakeholders } = props.network;
  const at = (code: string): number => stakeholders.filter((one) => one.stage === code).length;
  const known = new Set(stages.map((one) => one.code));
  const rest = stakeholders.filter((one) => !known.has(one.stage)).length;
  const lines = [
    ...stages.map(({ code, label }) => ({ code, label, number: at(code) })),
    ...(rest > 0 ? [{ code: "", label: t("network_stage_none"), number: rest }] : []),
  ];
  const most = Math.max(1, ...lines.map((one) => one.number));
  return (
    <Section title={t("network_funnel")} count={stakeholders.length}>
      <div class="funnel">
        {lines.map((one) => (
          <button
            key={one.code}
            type="button"
            class="funnel-stage"
            aria-pressed={props.chosen === one.code}
            onClick={() => props.onChoose(props.chosen === one.code ? null : one.code)}
          >
            <span class="funnel-name">{one.label}</span>
            <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
              <rect
                x={50 - (50 * one.number) / most}
                y="0"
                width={(100 * one.number) / most}
                height="10"
              />
            </svg>
            <span class="funnel-number">{one.number}</span>
          </button>
        ))}
      </div>
    </Section>
  );
}

function Subjects(props: { network: Network; stage: string | null }): JSX.Element {
  const { stages, stakeholders } = props.network;
  const [words, setWords] = useState("");
  const [shown, setShown] = useState(SHOWN);
  const known = new Set(stages.map((one) => one.code));
  const isAt = (one: Stakeholder): boolean =>
    props.stage === null || (known.has(one.stage) ? one.stage : "") === props.stage;
  const wanted = plain(words);
  const fitting = stakeholders.filter(
    (one) => isAt(one) && plain(`${one.name} ${one.kind} ${one.commune}`).includes(wanted),
  );
  return (
    <Section title={t("network_subjects")} count={fitting.length}>
      {stakeholders.length > 8 && (
        <SearchField
          id="subjects"
          label={t("network_filter")}
          value={words}
          onInput={setWords}
        />
      )}
      {fitting.length === 0 && <Empty>{t("network_subjects_none")}</Empty>}
      <ul class="rows">
        {fitting.slice(0, shown).map((one) => (
          <Row
            key={one.id}
            href={to("stakeholder", one.id)}
            icon="hands"
            title={one.name}
            note={[one.kind, one.commune, lastContact(one)].filter(Boolean).join(" · ")}
          />
        ))}
      </ul>
      <MoreButton left={fitting.length - shown} onMore={() => setShown(shown + SHOWN)} />
    </Section>
  );
}

function lastContact(one: Stakeholder): string {
  const last = one.contacts[0];
  return last ? t("network_last", { when: dayInWords(last.date) }) : t("network_never");
}

/** What a fellowship's sheet of hours is made of. */
function Month(props: { network: Network; worker: string }): JSX.Element | null {
  const month = today().slice(0, 7);
  const mine = contactsIn(props.network, month, props.worker);
  if (mine.length === 0) return null;
  const minutes = mine.reduce((sum, one) => sum + one.minutes, 0);
  return (
    <Section title={t("network_month_title")}>
      <p>
        {t("network_month", {
          month: monthName(month),
          contacts: count(mine.length, "network_contact_one", "network_contacts"),
          time: duration(minutes),
        })}
      </p>
    </Section>
  );
}
