// One family passes from a person to another, or somebody joins or leaves those who follow it.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { requestId } from "../../core/core";
import { nameOf } from "../../core/colleagues";
import { useAct } from "../../core/hooks";
import { handOver, steer, type Family, type SteerPerson, type Team } from "../../core/steer";
import { syncNow } from "../../core/sync";
import { useActWords } from "../../form/act_words";
import { Failed, Note, say } from "../../parts/parts";
import { t } from "../../words";
import { roleName } from "../../words/steer";

/** Nobody follows it yet: it is given, not passed on. */
const FRESH = "";
/** Chosen before, and cannot be meant any more: it is chosen anew, nobody is put in their place. */
const GONE = "-";

function burden(team: Team, person: SteerPerson): number {
  return team.families.filter((one) => one.people.some((who) => who.account === person.account))
    .length;
}

export function PassOn(props: { family: Family; team: Team; onDone: () => void }): JSX.Element {
  const { family, team } = props;
  // Also from somebody whose account is disabled: their families are what is passed on first.
  const holders = [...family.people, ...family.formerly];
  const start = holders[0]?.account ?? FRESH;
  const typing = useActWords(
    { act: "handover.propose", subject: family.id, dossier: family.id },
    { from: start, whom: "", reason: "", request: "" },
    (words) => words.from === start && words.whom === "" && words.reason === "",
  );
  const { reason } = typing.words;
  // A retry goes on where it stopped, also after a lock; with another choice it is another request.
  const [spare] = useState(requestId);
  const request = typing.words.request || spare;
  const choose = (change: Partial<typeof typing.words>): void =>
    typing.set({ ...change, request: requestId() });
  const act = useAct();
  const first = useRef<HTMLSelectElement>(null);
  useEffect(() => first.current?.focus(), []);
  // Who has least first: that is what one looks for here.
  const others = team.people
    .filter((one) => !holders.some((who) => who.account === one.account))
    .map((person) => ({ person, has: burden(team, person) }))
    .sort((a, b) => a.has - b.has);
  // Of what was kept somebody may have left meanwhile, or follow the family already.
  const still = (account: string, among: string[]): string =>
    account === "" || among.includes(account) ? account : GONE;
  const from = still(
    typing.words.from,
    holders.map((one) => one.account),
  );
  const whom = still(
    typing.words.whom,
    others.map((one) => one.person.account),
  );
  const gone = [
    ...(from === GONE ? [typing.words.from] : []),
    ...(whom === GONE ? [typing.words.whom] : []),
  ];
  const save = (event: Event): void => {
    event.preventDefault();
    void act.run(async () => {
      if (from === FRESH) {
        await steer("assign", { account: whom, dossier: family.id });
        say(t("steer_given"));
      } else if (whom === "") {
        await steer("unassign", { account: from, dossier: family.id, reason });
        say(t("steer_taken"));
      } else {
        await typing.draft().catch(() => ""); // with its request
        await handOver({ dossier: family.id, from, to: whom, reason }, request);
        // It passes when the server has it: at once, if it can be reached.
        const sent = await syncNow(true);
        say(t(sent ? "steer_passed" : "steer_passed_later"));
      }
      await typing.done();
      props.onDone();
    });
  };
  const cancel = (): void => {
    void typing.done();
    props.onDone();
  };
  const id = family.id;
  return (
    <form
      class="pass-on"
      data-kept
      onSubmit={save}
      aria-label={t("steer_pass_of", { family: family.title })}
    >
      {gone.length > 0 && (
        <Note tone="warning" live>
          <p>{t("steer_gone", { who: gone.map(nameOf).join(", ") })}</p>
        </Note>
      )}
      <div class="two">
        <div class="field">
          <label for={`from-${id}`}>{t("steer_from")}</label>
          <select
            id={`from-${id}`}
            ref={first}
            class="form-control"
            value={from}
            onChange={(event) => choose({ from: event.currentTarget.value })}
          >
            {from === GONE && <option value={GONE}>{t("choose")}</option>}
            {holders.map((one) => (
              <option key={one.account} value={one.account}>
                {one.name}
              </option>
            ))}
            <option value={FRESH}>{t("steer_add_only")}</option>
          </select>
        </div>
        <div class="field">
          <label for={`to-${id}`}>{t("steer_to")}</label>
          <select
            id={`to-${id}`}
            class="form-control"
            required={from === FRESH}
            value={whom}
            onChange={(event) => choose({ whom: event.currentTarget.value })}
          >
            {whom === GONE && <option value={GONE}>{t("choose")}</option>}
            <option value="">{t(from === FRESH ? "choose" : "steer_to_nobody")}</option>
            {others.map(({ person, has }) => (
              <option key={person.account} value={person.account}>
                {t("steer_who_has", { who: person.name, role: roleName(person.role), n: has })}
              </option>
            ))}
          </select>
        </div>
      </div>
      {from !== FRESH && (
        <div class="field">
          <label for={`why-${id}`}>
            {t("steer_why")} <span class="needed">({t("steer_both_read")})</span>
          </label>
          <input
            id={`why-${id}`}
            class="form-control"
            maxLength={500}
            required
            value={reason}
            onInput={(event) => choose({ reason: event.currentTarget.value })}
          />
        </div>
      )}
      <p class="help">{t("steer_pass_help")}</p>
      <Failed error={act.failure} />
      <div class="buttons">
        <button
          class="btn btn-primary"
          disabled={act.busy || gone.length > 0 || (from === FRESH && whom === "")}
        >
          {t(from === FRESH ? "steer_give" : whom === "" ? "steer_take" : "steer_pass_now")}
        </button>
        <button type="button" class="btn btn-outline-secondary" onClick={cancel}>
          {t("cancel")}
        </button>
      </div>
    </form>
  );
}
