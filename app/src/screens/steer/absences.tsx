// Who is away and who stands in: declared here, it passes and returns by its days (docs/adr/0060).
import type { JSX } from "preact";
import { useAct, useLoad } from "../../core/hooks";
import {
  loadHolders,
  loadPeople,
  steer,
  type Absence,
  type SteerDossier,
  type SteerPerson,
} from "../../core/steer";
import { read } from "../../core/core";
import type { Dossier } from "../../core/types";
import { day, today } from "../../format";
import { useActWords } from "../../form/act_words";
import { FoundNote, useDetails } from "../../form/found";
import { Select } from "../../parts/finding";
import { Empty, Failed, Mark, say, Section, SureButton } from "../../parts/parts";
import { t } from "../../words";
import { roleName } from "../../words/steer";
import { Frame, FromServer } from "./frame";

interface Absent {
  people: SteerPerson[];
  holders: SteerDossier[];
  titles: Map<string, string>;
}

async function loadAbsent(): Promise<Absent> {
  const [{ people }, holders, { dossiers }] = await Promise.all([
    loadPeople(),
    loadHolders(),
    read<{ dossiers: Dossier[] }>("dossier.list"),
  ]);
  return { people, holders, titles: new Map(dossiers.map((one) => [one.id, one.title])) };
}

export function AbsencesScreen(props: { reviewer: boolean }): JSX.Element {
  const load = useLoad(loadAbsent, "absences");
  return (
    <Frame here="absences" reviewer={props.reviewer} lead={t("away_lead")}>
      <FromServer of={load}>{(all) => <Absences all={all} />}</FromServer>
    </Frame>
  );
}

interface Line {
  person: SteerPerson;
  absence: Absence;
}

function Absences(props: { all: Absent }): JSX.Element {
  const lines = props.all.people
    .flatMap((person) => (person.absences ?? []).map((absence) => ({ person, absence })))
    .sort((a, b) => a.absence.from.localeCompare(b.absence.from));
  return (
    <>
      <NewAbsence all={props.all} />
      <Lines title={t("away_now")} lines={lines.filter((one) => one.absence.now)} />
      <Lines title={t("away_soon")} lines={lines.filter((one) => !one.absence.now)} />
    </>
  );
}

function Lines(props: { title: string; lines: Line[] }): JSX.Element {
  return (
    <Section title={props.title} count={props.lines.length}>
      {props.lines.length === 0 && <Empty>{t("nothing_here")}</Empty>}
      {props.lines.map((one) => (
        <AbsenceCard key={one.absence.number} line={one} />
      ))}
    </Section>
  );
}

function AbsenceCard(props: { line: Line }): JSX.Element {
  const { person, absence } = props.line;
  const act = useAct();
  const end = (): void =>
    void act.run(async () => {
      await steer("back", { number: absence.number });
      say(t("away_ended"));
    });
  return (
    <article class="card-box">
      <div class="card-head">
        <h3 class="card-name">{person.name}</h3>
        <Mark tone={absence.now ? "warning" : "neutral"}>{roleName(person.role)}</Mark>
      </div>
      <p>
        {t("away_line", {
          deputy: absence.deputy_name,
          from: day(absence.from),
          until: day(absence.until),
        })}
      </p>
      <Failed error={act.failure} />
      <SureButton
        label={t(absence.now ? "away_end" : "away_cancel")}
        question={t("away_end_sure", { who: person.name })}
        yes={t("away_end_yes")}
        tone="btn-outline-primary"
        onSure={end}
      />
    </article>
  );
}

/** So many are named of what passes. */
const NAMED = 8;

function NewAbsence(props: { all: Absent }): JSX.Element {
  const { all } = props;
  const about = { act: "steer.absent", subject: "" };
  const typing = useActWords(about, { account: "", deputy: "", from: "", until: "" });
  const { account, deputy, from, until } = typing.words;
  const panel = useDetails(typing.found !== "");
  const act = useAct();
  // What a role has of itself passes to nobody: only of those to whom families are assigned.
  const people = all.people.filter((one) => !one.disabled && one.takes_families && !one.has_all);
  const deputies = all.people.filter((one) => !one.disabled && one.account !== account);
  const options = (of: SteerPerson[]): [string, string][] =>
    of.map((one) => [one.account, `${one.name} · ${roleName(one.role)}`]);
  const save = (event: Event): void => {
    event.preventDefault();
    void act.run(async () => {
      const { passes, stays } = await steer<{ passes: number; stays: number }>("absent", {
        account,
        deputy,
        until,
        ...(from ? { from } : {}),
      });
      say(t(stays > 0 ? "away_done_stays" : "away_done", { n: passes, stays }));
      await typing.done();
    });
  };
  return (
    <details class="block no-print" {...panel}>
      <summary>{t("away_new")}</summary>
      <form data-kept onSubmit={save}>
        <FoundNote when={typing.found} onThrow={() => void typing.done()} />
        <p>{t("away_what")}</p>
        <div class="two">
          <Select
            id="away-who"
            label={t("away_who")}
            all={t("choose")}
            value={account}
            options={options(people)}
            onChange={(chosen) => typing.set({ account: chosen })}
          />
          <Select
            id="away-deputy"
            label={t("away_deputy")}
            all={t("choose")}
            value={deputy}
            options={options(deputies)}
            onChange={(chosen) => typing.set({ deputy: chosen })}
          />
          <DayField
            id="away-from"
            label={t("away_from")}
            value={from || today()}
            onInput={(chosen) => typing.set({ from: chosen })}
          />
          <DayField
            id="away-until"
            label={t("away_until")}
            value={until}
            least={from || today()}
            onInput={(chosen) => typing.set({ until: chosen })}
          />
        </div>
        {account !== "" && <Passing all={all} account={account} />}
        <Failed error={act.failure} />
        <button class="btn btn-primary" disabled={act.busy || !account || !deputy || !until}>
          {t("away_save")}
        </button>
      </form>
    </details>
  );
}

function Passing(props: { all: Absent; account: string }): JSX.Element {
  const { holders, titles } = props.all;
  const theirs = holders
    .filter((one) => one.people.some((who) => who.account === props.account && !who.reads_only))
    .map((one) => titles.get(one.id) ?? one.id.slice(-8))
    .sort((a, b) => a.localeCompare(b));
  if (theirs.length === 0) return <p role="status">{t("away_passes_none")}</p>;
  const more = theirs.length - NAMED;
  return (
    <p role="status">
      {t("away_passes", { names: theirs.slice(0, NAMED).join(", ") })}
      {more > 0 && `, ${t("away_and_more", { n: more })}`}
    </p>
  );
}

function DayField(props: {
  id: string;
  label: string;
  value: string;
  least?: string;
  onInput: (value: string) => void;
}): JSX.Element {
  return (
    <div class="field">
      <label for={props.id}>{props.label}</label>
      <input
        id={props.id}
        class="form-control"
        type="date"
        required
        min={props.least}
        value={props.value}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
    </div>
  );
}
