// Rules that a merge left broken, and records that are perhaps one: with their evidence, side by
// side where they are here, and decided there.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { read, write } from "../core/core";
import { useAct } from "../core/hooks";
import type { Finding } from "../core/queue";
import { useReason } from "../form/act_words";
import { SideBySide } from "../parts/compare";
import { Empty, Failed, say, Section } from "../parts/parts";
import { to } from "../router";
import { t } from "../words";

/** What only the server can find: over all dossiers, and with other bodies. Nothing of it stays. */
export function FromServer(): JSX.Element {
  const [found, setFound] = useState<Finding[] | null>(null);
  const act = useAct();
  const ask = (): void =>
    void act.run(async () => {
      const { findings } = await read<{ findings: Finding[] }>("finding.fetch");
      setFound(findings.filter((one) => !one.here));
    });
  return (
    <Section title={t("findings_server")} count={found?.length}>
      <p class="muted">{t("findings_server_lead")}</p>
      {found?.length === 0 && <Empty>{t("findings_server_none")}</Empty>}
      {found?.map((one) => (
        <article key={one.id} class="card-box">
          <FindingHead finding={one} />
        </article>
      ))}
      <Failed error={act.failure} />
      <button
        type="button"
        class="btn btn-outline-primary"
        disabled={act.busy}
        onClick={ask}
      >
        {t("findings_server_ask")}
      </button>
    </Section>
  );
}

function FindingHead(props: { finding: Finding }): JSX.Element {
  const { finding } = props;
  return (
    <>
      <div class="card-head">
        <span class="card-name">{finding.kind_text}</span>
        <span class="muted">{finding.evidence.map((one) => one.text).join(" · ")}</span>
      </div>
      <ul class="plain">
        {finding.records.map((record) => (
          <li key={record.id}>
            {record.held === false ? (
              `${record.type_label} ${record.short}`
            ) : (
              <a href={to("record", record.id)}>
                {record.type_label} {record.title ? `«${record.title}»` : record.short}
              </a>
            )}
          </li>
        ))}
      </ul>
      <p>{finding.records[0]?.message}</p>
    </>
  );
}

export function Reason(props: {
  id: string;
  value: string;
  set: (reason: string) => void;
}): JSX.Element {
  return (
    <div class="field" data-kept>
      <label for={props.id}>{t("reason")}</label>
      <input
        id={props.id}
        class="form-control"
        value={props.value}
        onInput={(event) => props.set(event.currentTarget.value)}
      />
    </div>
  );
}

/** Where people said before that two records of this kind are one. */
const IDENTITIES = new Set(["likely_same_person", "likely_same_household"]);

export function FindingCard(props: { finding: Finding }): JSX.Element {
  const { finding } = props;
  const [first, second] = finding.records;
  const typing = useReason("finding.decide", finding.id, first?.id);
  const { reason } = typing.words;
  const act = useAct();
  const dismiss = (): void =>
    void act.run(async () => {
      const decide = (outcome: string, why: string): Promise<unknown> =>
        write("finding.decide", { finding: finding.id, outcome, reason: why });
      await decide("dismiss", reason);
      await typing.done();
      say(t("review_done"), () => decide("reopen", t("decision_taken_back")));
    });
  const same = (): void =>
    void act.run(async () => {
      if (!first || !second) return;
      const pair = { record: first.id, other: second.id };
      await write("same.mark", { ...pair, reason });
      await typing.done();
      say(t("same_marked"), () => write("same.undo", pair));
    });
  return (
    <article class="card-box" data-card tabIndex={-1}>
      <FindingHead finding={finding} />
      {IDENTITIES.has(finding.rule) && first && second && (
        <SideBySide left={first.id} right={second.id} />
      )}
      <Reason
        id={`finding-${finding.id}`}
        value={reason}
        set={(written) => typing.set({ reason: written })}
      />
      <Failed error={act.failure} />
      <div class="buttons">
        {IDENTITIES.has(finding.rule) && (
          <button type="button" class="btn btn-primary" disabled={act.busy} onClick={same}>
            {t("are_same")}
          </button>
        )}
        <button
          type="button"
          class="btn btn-outline-primary"
          disabled={act.busy || !reason.trim()}
          onClick={dismiss}
        >
          {t("no_problem")}
        </button>
      </div>
    </article>
  );
}

