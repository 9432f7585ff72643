// Who follows which family, how much that is for each, and passing a family on from there.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useLoad } from "../../core/hooks";
import { csv, loadTeam, type Family, type SteerPerson, type Team } from "../../core/steer";
import { day } from "../../format";
import { MoreButton, plain, SearchField, Select } from "../../parts/finding";
import { Empty, Mark, Note, Section } from "../../parts/parts";
import { to } from "../../router";
import { count, t } from "../../words";
import { roleName } from "../../words/steer";
import { Frame, FromServer, TakeAway } from "./frame";
import { Waiting } from "./hand_overs";
import { PassOn } from "./pass_on";

const NOBODY = "-";
const SHOWN = 60;

interface Filter {
  words: string;
  territory: string;
  /** An account, NOBODY, or "" for all. */
  person: string;
  unseen: boolean;
}
const ALL: Filter = { words: "", territory: "", person: "", unseen: false };

function fits(family: Family, filter: Filter): boolean {
  const { person } = filter;
  const isTheirs =
    person === "" ||
    (person === NOBODY
      ? family.people.length === 0
      : family.people.some((one) => one.account === person));
  return (
    isTheirs &&
    (filter.territory === "" || family.territory === filter.territory) &&
    (!filter.unseen || family.unvisitedSince !== null) &&
    plain(family.title).includes(plain(filter.words))
  );
}

export function WorkScreen(props: { reviewer: boolean }): JSX.Element {
  const load = useLoad(loadTeam, "team");
  const [filter, setFilter] = useState(ALL);
  return (
    <Frame here="" reviewer={props.reviewer} lead={t("steer_work_lead")}>
      <FromServer of={load}>
        {(team) => (
          <>
            {team.offline && (
              <Note tone="info" title={t("steer_offline")} live>
                <p>{team.offline}</p>
                <p>{t("steer_offline_work")}</p>
              </Note>
            )}
            <Waiting team={team} />
            {!team.offline && <Balance team={team} filter={filter} onFilter={setFilter} />}
            <Filters team={team} filter={filter} onFilter={setFilter} />
            <Map team={team} filter={filter} />
          </>
        )}
      </FromServer>
    </Frame>
  );
}

interface Load {
  person: SteerPerson | null;
  families: Family[];
}

/** Each with their families, the fullest first; nobody's at the end, if there are any. */
function loadsOf(team: Team): Load[] {
  const loads: Load[] = team.people
    .map((person) => ({
      person,
      families: team.families.filter((one) =>
        one.people.some((who) => who.account === person.account),
      ),
    }));
  loads.sort((a, b) => b.families.length - a.families.length);
  const left = team.families.filter((one) => one.people.length === 0);
  return left.length > 0 ? [...loads, { person: null, families: left }] : loads;
}

const sum = (families: Family[], of: (one: Family) => number): number =>
  families.reduce((total, one) => total + of(one), 0);

function Balance(props: {
  team: Team;
  filter: Filter;
  onFilter: (filter: Filter) => void;
}): JSX.Element {
  const loads = loadsOf(props.team);
  const most = Math.max(1, ...loads.map((one) => one.families.length));
  const rows = loads.map((one) => ({
    ...one,
    account: one.person?.account ?? NOBODY,
    name: one.person?.name ?? t("steer_nobody"),
    unseen: one.families.filter((family) => family.unvisitedSince !== null).length,
    overdue: sum(one.families, (family) => family.overdue),
    open: sum(one.families, (family) => family.open),
  }));
  const content = (): string =>
    csv([
      [t("steer_person"), t("steer_role"), t("nav_families"), t("steer_unseen"),
       t("steer_overdue"), t("nav_review")],
      ...rows.map((one) => [
        one.name, one.person ? roleName(one.person.role) : "", one.families.length, one.unseen,
        one.overdue, one.open,
      ]),
    ]);
  const choose = (person: string, unseen: boolean): void => {
    props.onFilter({ ...ALL, person, unseen });
    document.getElementById("steer-map")?.scrollIntoView({ block: "start" });
  };
  return (
    <Section title={t("steer_balance")}>
      <div class="figures" role="region" aria-label={t("steer_balance")} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("steer_person")}</th>
              <th scope="col">{t("nav_families")}</th>
              <th scope="col" class="amount">{t("steer_unseen")}</th>
              <th scope="col" class="amount">{t("steer_overdue")}</th>
              <th scope="col" class="amount">{t("nav_review")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((one) => (
              <tr key={one.account}>
                <th scope="row">
                  {one.name}
                  <small>{one.person ? roleName(one.person.role) : ""}</small>
                </th>
                <td>
                  <span class="load">
                    <button
                      type="button"
                      aria-label={t("steer_show_families", {
                        n: one.families.length,
                        who: one.name,
                      })}
                      aria-pressed={props.filter.person === one.account}
                      onClick={() => choose(one.account, false)}
                    >
                      {one.families.length}
                    </button>
                    <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                      <rect width={(one.families.length / most) * 100} height="10" />
                    </svg>
                  </span>
                </td>
                <td class="amount">
                  {one.unseen > 0 ? (
                    <button
                      type="button"
                      aria-label={t("steer_show_unseen", { n: one.unseen, who: one.name })}
                      onClick={() => choose(one.account, true)}
                    >
                      {one.unseen}
                    </button>
                  ) : (
                    "–"
                  )}
                </td>
                <td class="amount">{one.overdue || "–"}</td>
                <td class="amount">{one.open || "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="muted">{t("steer_balance_note")}</p>
      <TakeAway name={t("steer_balance_file")} content={content} />
    </Section>
  );
}

function Filters(props: {
  team: Team;
  filter: Filter;
  onFilter: (filter: Filter) => void;
}): JSX.Element {
  const { team, filter, onFilter } = props;
  const territories = [...new Set(team.families.map((one) => one.territory))].filter(Boolean);
  return (
    <form
      id="steer-map"
      class="two no-print"
      role="search"
      aria-label={t("steer_filters")}
      onSubmit={(event) => event.preventDefault()}
    >
      <SearchField
        id="steer-words"
        label={t("steer_family")}
        value={filter.words}
        onInput={(words) => onFilter({ ...filter, words })}
      />
      {!team.offline && (
        <Select
          id="steer-person"
          label={t("steer_person")}
          all={t("steer_all")}
          value={filter.person}
          options={[
            [NOBODY, t("steer_nobody")],
            ...team.people.map((one): [string, string] => [one.account, one.name]),
          ]}
          onChange={(person) => onFilter({ ...filter, person })}
        />
      )}
      {territories.length > 0 && (
        <Select
          id="steer-territory"
          label={t("steer_territory")}
          all={t("steer_all")}
          value={filter.territory}
          options={territories.sort().map((one): [string, string] => [one, one])}
          onChange={(territory) => onFilter({ ...filter, territory })}
        />
      )}
      <div class="field choices">
        <div>
          <label class={filter.unseen ? "choice choice-on" : "choice"}>
            <input
              type="checkbox"
              checked={filter.unseen}
              onChange={(event) => onFilter({ ...filter, unseen: event.currentTarget.checked })}
            />
            {t("steer_only_unseen")}
          </label>
        </div>
      </div>
    </form>
  );
}

/** Families down, people across: where they meet, that one is theirs. */
function Map(props: { team: Team; filter: Filter }): JSX.Element {
  const { team, filter } = props;
  const [shown, setShown] = useState(SHOWN);
  const [passing, setPassing] = useState("");
  const all = team.families.filter((one) => fits(one, filter));
  const families = all.slice(0, shown);
  const theirs = new Set(families.flatMap((one) => one.people.map((who) => who.account)));
  const people = team.people.filter((one) => theirs.has(one.account));
  return (
    <Section title={t("steer_map")} count={all.length}>
      {all.length === 0 && <Empty>{t("nothing_here")}</Empty>}
      {all.length > 0 && (
        <div class="figures" role="region" aria-label={t("steer_map")} tabIndex={0}>
          <table class="who-map">
            <thead>
              <tr>
                <th scope="col">{t("steer_family")}</th>
                {people.map((one) => (
                  <th key={one.account} scope="col" class="who">
                    {one.name}
                  </th>
                ))}
                <th scope="col">{t("steer_state")}</th>
                {!team.offline && (
                  <th scope="col">
                    <span class="visually-hidden">{t("steer_do")}</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {families.map((one) => (
                <FamilyRows
                  key={one.id}
                  family={one}
                  people={people}
                  team={team}
                  passing={passing === one.id}
                  onPass={(open) => setPassing(open ? one.id : "")}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <MoreButton left={all.length - shown} onMore={() => setShown(shown + SHOWN)} />
    </Section>
  );
}

function FamilyRows(props: {
  family: Family;
  people: SteerPerson[];
  team: Team;
  passing: boolean;
  onPass: (open: boolean) => void;
}): JSX.Element {
  const { family, people, team } = props;
  return (
    <>
      <tr>
        <th scope="row">
          <a href={to("dossier", family.id)}>{family.title}</a>
          {family.territory && <small>{family.territory}</small>}
        </th>
        {people.map((person) => {
          const holder = family.people.find((one) => one.account === person.account);
          return (
            <td key={person.account} class="who">
              {holder && (
                <>
                  <span aria-hidden="true">{holder.reads_only ? "○" : "●"}</span>
                  <span class="visually-hidden">
                    {t(holder.reads_only ? "steer_reads" : "steer_has")}
                  </span>
                </>
              )}
            </td>
          );
        })}
        <td>
          <span class="marks">
            {family.people.length === 0 && !team.offline && (
              <Mark tone="warning">{t("steer_nobody")}</Mark>
            )}
            {family.formerly.length > 0 && (
              <Mark tone="danger">
                {t("steer_formerly", { who: family.formerly.map((one) => one.name).join(", ") })}
              </Mark>
            )}
            {family.unvisitedSince !== null && (
              <Mark tone="warning">
                {family.unvisitedSince
                  ? t("steer_seen_on", { day: day(family.unvisitedSince) })
                  : t("steer_never_seen")}
              </Mark>
            )}
            {family.overdue > 0 && (
              <Mark tone="danger">{count(family.overdue, "steer_due_one", "steer_due_many")}</Mark>
            )}
            {family.open > 0 && (
              <Mark tone="info">{count(family.open, "steer_open_one", "steer_open_many")}</Mark>
            )}
          </span>
        </td>
        {!team.offline && (
          <td>
            <button
              type="button"
              class="plain-button"
              aria-expanded={props.passing}
              aria-label={t("steer_pass_of", { family: family.title })}
              onClick={() => props.onPass(!props.passing)}
            >
              {t("steer_pass")}
            </button>
          </td>
        )}
      </tr>
      {props.passing && (
        <tr>
          <td colSpan={people.length + 3}>
            <PassOn family={family} team={team} onDone={() => props.onPass(false)} />
          </td>
        </tr>
      )}
    </>
  );
}
