// Another name, role, body or contract of somebody; what follows from it is decided by the server.
import type { JSX } from "preact";
import { useAct } from "../../core/hooks";
import { steer, type SteerPeople, type SteerPerson } from "../../core/steer";
import { useActWords } from "../../form/act_words";
import { FoundNote, useDetails } from "../../form/found";
import { day } from "../../format";
import { Select } from "../../parts/finding";
import { Failed, say, SureButton } from "../../parts/parts";
import { t, type Word } from "../../words";
import { roleName } from "../../words/steer";

/** In the place of a day or of a body: that there is none. */
const NONE = "-";

type Facts = { name: string; role: string; organization: string; from: string; until: string };

const factsOf = (person: SteerPerson): Facts => ({
  name: person.name,
  role: person.role,
  organization: person.organization,
  from: person.from ?? "",
  until: person.until ?? "",
});

/** What was typed; null: as it stands, whoever changes that meanwhile. */
type Typed = { [name in keyof Facts]: string | null };
const UNTOUCHED: Typed = { name: null, role: null, organization: null, from: null, until: null };

const WORDS: Record<keyof Facts, Word> = {
  name: "steer_name", role: "steer_role", organization: "steer_body", from: "person_from",
  until: "person_until",
};

/** Begins anew when somebody else, or this, changed the person. */
export function ChangePerson(props: { person: SteerPerson; all: SteerPeople }): JSX.Element {
  return <Form key={JSON.stringify(factsOf(props.person))} {...props} />;
}

function Form(props: { person: SteerPerson; all: SteerPeople }): JSX.Element {
  const { person, all } = props;
  const now = factsOf(person);
  const typing = useActWords({ act: "steer.set_person", subject: person.account }, UNTOUCHED);
  const panel = useDetails(typing.found !== "");
  const act = useAct();
  const words = { ...now };
  const names = Object.keys(WORDS) as (keyof Facts)[];
  for (const name of names) words[name] = typing.words[name] ?? now[name];
  /** A fact that is as it stands again is nobody's change. */
  const set = (name: keyof Facts, value: string): void =>
    typing.set({ [name]: value === now[name] ? null : value });
  const changed = names.filter((name) => words[name].trim() !== now[name]);
  const shown = (name: keyof Facts, value: string): string => {
    if (value === "") return t("person_none");
    if (name === "role") return roleName(value);
    if (name === "from" || name === "until") {
      return Number.isNaN(Date.parse(value)) ? value : day(value); // a year of six digits is none
    }
    if (name !== "organization") return value;
    return all.organizations.find((one) => one.id === value)?.name ?? value;
  };
  const what = changed
    .map((name) => {
      const step = { from: shown(name, now[name]), to: shown(name, words[name].trim()) };
      return `${t(WORDS[name])} ${t("person_as_role", step)}`;
    })
    .join("; ");
  const save = (): void =>
    void act.run(async () => {
      const given = changed.map((name) => [name, words[name].trim() || NONE]);
      await steer("set_person", { account: person.account, ...Object.fromEntries(given) });
      say(t("person_changed"));
      await typing.done();
    });
  const roles = [...new Set([...all.roles, person.role])];
  const id = person.account;
  return (
    <details class="no-print" {...panel}>
      <summary>{t("person_change")}</summary>
      <FoundNote when={typing.found} onThrow={() => void typing.done()} />
      <p>{t("person_change_what")}</p>
      <div class="two" data-kept>
        <Line id={`name-${id}`} word="steer_name" value={words.name}
          onInput={(name) => set("name", name)} />
        <Select
          id={`role-${id}`}
          label={t("steer_role")}
          value={words.role}
          options={roles.map((one): [string, string] => [one, roleName(one)])}
          onChange={(role) => set("role", role)}
        />
        {all.organizations.length > 0 && (
          <Select
            id={`body-${id}`}
            label={t("steer_body")}
            all={t("person_no_body")}
            value={words.organization}
            options={all.organizations.map((one): [string, string] => [one.id, one.name])}
            onChange={(organization) => set("organization", organization)}
          />
        )}
        <Line id={`from-${id}`} word="person_from" type="date" value={words.from}
          onInput={(from) => set("from", from)} />
        <Line id={`until-${id}`} word="person_until" type="date" value={words.until}
          onInput={(until) => set("until", until)} />
      </div>
      <p class="help">{t("person_until_what")}</p>
      <Failed error={act.failure} />
      {changed.length > 0 && words.name.trim() !== "" && (
        <SureButton
          key={what}
          label={t("person_save")}
          question={t("person_sure", { who: person.name, what })}
          yes={t("person_yes")}
          tone="btn-primary"
          onSure={save}
        />
      )}
    </details>
  );
}

function Line(props: {
  id: string;
  word: Word;
  type?: string;
  value: string;
  onInput: (value: string) => void;
}): JSX.Element {
  return (
    <div class="field">
      <label for={props.id}>{t(props.word)}</label>
      <input
        id={props.id}
        class="form-control"
        type={props.type ?? "text"}
        maxLength={64}
        autocomplete="off"
        value={props.value}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
    </div>
  );
}
