// Hand-overs that were proposed and wait for an answer.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { requestId, write } from "../../core/core";
import { useAct } from "../../core/hooks";
import type { HandOver, Team } from "../../core/steer";
import { Failed, say, Section } from "../../parts/parts";
import { to } from "../../router";
import { t, type Word } from "../../words";

export function Waiting(props: { team: Team }): JSX.Element | null {
  const open = props.team.handOvers.filter((one) => one.state === "proposta");
  if (open.length === 0) return null;
  return (
    <Section title={t("steer_proposed")} count={open.length}>
      <ul class="cards">
        {open.map((one) => (
          <Proposal key={one.id} handOver={one} team={props.team} />
        ))}
      </ul>
    </Section>
  );
}

const ANSWERS: { command: string; word: Word; done: Word; look: string }[] = [
  { command: "handover.accept", word: "steer_accept", done: "steer_accepted", look: "btn-primary" },
  {
    command: "handover.refuse",
    word: "steer_refuse",
    done: "steer_refused",
    look: "btn-outline-secondary",
  },
];

function Proposal(props: { handOver: HandOver; team: Team }): JSX.Element {
  const { handOver, team } = props;
  const act = useAct();
  const [request] = useState(requestId());
  const name = (account: string): string =>
    team.people.find((one) => one.account === account)?.name ?? account;
  const family = team.families.find((one) => one.id === handOver.dossier);
  const answer = (command: string, done: Word): void =>
    void act.run(async () => {
      await write(command, { record: handOver.id }, `${request}-${command}`);
      say(t(done));
    });
  return (
    <li class="card-box">
      <div class="card-head">
        <a class="card-name" href={to("dossier", handOver.dossier)}>
          {family?.title ?? handOver.title}
        </a>
      </div>
      <p>{t("steer_from_to", { from: name(handOver.from), to: name(handOver.to) })}</p>
      {handOver.reason && <p class="muted">{handOver.reason}</p>}
      <Failed error={act.failure} />
      <div class="buttons">
        {ANSWERS.map((one) => (
          <button
            key={one.command}
            type="button"
            class={`btn ${one.look}`}
            disabled={act.busy}
            onClick={() => answer(one.command, one.done)}
          >
            {t(one.word)}
          </button>
        ))}
      </div>
    </li>
  );
}
