// People and their tablets: invitations as a code for the camera, tablets that are lost, people who
// come and go. Who may is decided by the server; who may not reads the list.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useLoad } from "../../core/hooks";
import { loadPeople, type SteerPeople, type SteerPerson } from "../../core/steer";
import type { Identity } from "../../core/types";
import { day } from "../../format";
import { MoreButton, plain, SearchField, Select } from "../../parts/finding";
import { Empty, Mark, Note, Section } from "../../parts/parts";
import { t } from "../../words";
import { roleName } from "../../words/steer";
import { Frame, FromServer } from "./frame";
import { AddPerson, Invite, OpenInvitation, Switch } from "./administer";
import { ChangePerson } from "./change_person";
import { DeviceCard } from "./device";

const SHOWN = 60;

export function PeopleScreen(props: { reviewer: boolean; me: Identity }): JSX.Element {
  const load = useLoad(loadPeople, "people");
  return (
    <Frame here="people" reviewer={props.reviewer} lead={t("steer_people_lead")}>
      <FromServer of={load}>{(all) => <People all={all} me={props.me} />}</FromServer>
    </Frame>
  );
}

function People(props: { all: SteerPeople; me: Identity }): JSX.Element {
  const { all, me } = props;
  const [words, setWords] = useState("");
  const [role, setRole] = useState("");
  const [shown, setShown] = useState(SHOWN);
  const fitting = all.people
    .filter((one) => role === "" || one.role === role)
    .filter((one) => plain(`${one.name} ${one.account}`).includes(plain(words)))
    .sort((a, b) => Number(a.disabled) - Number(b.disabled) || a.name.localeCompare(b.name));
  const roles = [...new Set(all.people.map((one) => one.role))].sort();
  return (
    <>
      {!all.may_administer && (
        <Note tone="info">
          <p>{t("steer_people_reads")}</p>
        </Note>
      )}
      {all.may_administer && <AddPerson all={all} />}
      <form class="two no-print" role="search" onSubmit={(event) => event.preventDefault()}>
        <SearchField
          id="people-words"
          label={t("nav_search")}
          value={words}
          onInput={setWords}
        />
        <Select
          id="people-role"
          label={t("steer_role")}
          all={t("steer_all")}
          value={role}
          options={roles.map((one): [string, string] => [one, roleName(one)])}
          onChange={setRole}
        />
      </form>
      <Section title={t("steer_people")} count={fitting.length}>
        {fitting.length === 0 && <Empty>{t("nothing_here")}</Empty>}
        {fitting.slice(0, shown).map((one) => (
          <PersonCard key={one.account} person={one} all={all} me={me} />
        ))}
        <MoreButton left={fitting.length - shown} onMore={() => setShown(shown + SHOWN)} />
      </Section>
    </>
  );
}

function PersonCard(props: { person: SteerPerson; all: SteerPeople; me: Identity }): JSX.Element {
  const { person, all, me } = props;
  const active = person.devices.filter((one) => !one.revoked_at);
  const self = person.account === me.account;
  const body = all.organizations.find((one) => one.id === person.organization)?.name;
  const away = person.absences?.find((one) => one.now);
  return (
    <article class="card-box">
      <div class="card-head">
        <h3 class="card-name">{person.name}</h3>
        <span class="marks">
          {person.disabled && <Mark tone="danger">{t("steer_disabled")}</Mark>}
          {away && <Mark tone="warning">{t("person_away", { day: day(away.until) })}</Mark>}
          <Mark tone="neutral">{roleName(person.role)}</Mark>
        </span>
      </div>
      <p class="muted">
        {[
          person.account,
          body,
          person.from && t("person_contract", { from: day(person.from) }),
          person.until && t("steer_until", { day: day(person.until) }),
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {person.devices.length === 0 && <p class="muted">{t("steer_no_device")}</p>}
      {person.devices.length > 0 && (
        <ul class="plain">
          {person.devices.map((device) => (
            <DeviceCard
              key={device.id}
              device={device}
              administered={person.administered && device.id !== me.device}
            />
          ))}
        </ul>
      )}
      {all.may_administer && !person.disabled && person.may_be_invited === false && (
        <p class="help">{t("steer_not_invited", { account: person.account })}</p>
      )}
      {all.may_administer && self && <p class="help">{t("person_self")}</p>}
      {all.may_administer && !self && !person.administered && (
        <p class="help">{t("person_beyond")}</p>
      )}
      {person.administered && (
        <>
          <OpenInvitation person={person} />
          {!person.disabled && (person.may_be_invited ?? true) && (
            <Invite person={person} hasDevice={active.length > 0} />
          )}
          {!self && <ChangePerson person={person} all={all} />}
          {!self && <Switch person={person} />}
        </>
      )}
    </article>
  );
}
