// The queue of what somebody has to decide.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { read, write } from "../core/core";
import { useAct, useLoad } from "../core/hooks";
import type { Dossier, Identity, InboxEntry, ReviewItem } from "../core/types";
import { ago } from "../format";
import { Await, Empty, Failed, Mark, Note, Row, say, Section, Title } from "../parts/parts";
import { to } from "../router";
import { t } from "../words";

interface Finding {
  id: string;
  kind_text: string;
  rule: string;
  evidence: { code: string; text: string }[];
  records: {
    id: string;
    short: string;
    title: string;
    type_label: string;
    message: string;
    /** Of what the server found: the record is on this tablet. */
    held?: boolean;
  }[];
  /** Of what the server found: this tablet finds it, too. */
  here?: boolean;
}

export interface Queue {
  items: ReviewItem[];
  findings: Finding[];
  names: Map<string, string>;
  late: InboxEntry[];
}

/** Those that an author opened again first, then the oldest: who waits longest is served first. */
export async function loadQueue(): Promise<Queue> {
  const [{ items, findings }, { dossiers }, { entries }] = await Promise.all([
    read<{ items: ReviewItem[]; findings: Finding[] }>("review.list"),
    read<{ dossiers: Dossier[] }>("dossier.list"),
    read<{ entries: InboxEntry[] }>("inbox.list"),
  ]);
  const since = (item: ReviewItem): string =>
    item.alternatives
      .map((one) => one.at)
      .sort()
      .pop() ?? "";
  const sorted = [...items].sort(
    (a, b) => Number(b.contested) - Number(a.contested) || since(a).localeCompare(since(b)),
  );
  const names = new Map(dossiers.map((one) => [one.id, one.title]));
  return { items: sorted, findings, names, late: entries };
}

export function Review(props: { me: Identity }): JSX.Element {
  const load = useLoad(loadQueue, "queue");
  return (
    <>
      <Title text={t("review")} lead={t("review_lead")} />
      <Await of={load}>
        {({ items, findings, names, late }) => (
          <>
            {items.length === 0 && late.length === 0 && findings.length === 0 && (
              <Empty>{t("review_none")}</Empty>
            )}
            <ul class="rows">
              {items.map((item) => (
                <Row
                  key={item.id}
                  icon="review"
                  href={to("review", item.id)}
                  title={
                    <>
                      {names.get(item.dossier) ?? item.title}
                      {item.label && <> · {item.label}</>}
                    </>
                  }
                  note={
                    `${item.type_label} ${item.title} · ${authors(item, props.me)} · ` +
                    ago(item.alternatives[0]?.at ?? new Date().toISOString())
                  }
                  mark={
                    item.contested ? (
                      <Mark tone="danger">{t("contested_item")}</Mark>
                    ) : (
                      <Mark tone="warning">{item.kind_text}</Mark>
                    )
                  }
                />
              ))}
            </ul>
            {late.length > 0 && (
              <Section title={t("late")} count={late.length}>
                <p class="muted">{t("late_lead")}</p>
                {late.map((entry) => (
                  <Late key={entry.id} entry={entry} family={names.get(entry.dossier) ?? ""} />
                ))}
              </Section>
            )}
            {findings.length > 0 && (
              <Section title={t("findings")} count={findings.length}>
                <p class="muted">{t("findings_lead")}</p>
                {findings.map((one) => (
                  <FindingCard key={one.id} finding={one} />
                ))}
              </Section>
            )}
          </>
        )}
      </Await>
      <FromServer />
    </>
  );
}

/** What only the server can find: over all dossiers, and with other bodies. Nothing of it stays. */
function FromServer(): JSX.Element {
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

export function authors(item: ReviewItem, me: Identity): string {
  const names = item.alternatives.map((one) => (one.author === me.account ? t("you") : one.author));
  return [...new Set(names)].join(", ");
}

function Reason(props: { id: string; value: string; set: (reason: string) => void }): JSX.Element {
  return (
    <div class="field">
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

function FindingCard(props: { finding: Finding }): JSX.Element {
  const { finding } = props;
  const [reason, setReason] = useState("");
  const act = useAct();
  const [first, second] = finding.records;
  const dismiss = (): void =>
    void act.run(async () => {
      await write("finding.decide", { finding: finding.id, outcome: "dismiss", reason });
      say(t("review_done"));
    });
  const same = (): void =>
    void act.run(async () => {
      if (!first || !second) return;
      await write("same.mark", { record: first.id, other: second.id, reason });
      say(t("review_done"));
    });
  return (
    <article class="card-box">
      <FindingHead finding={finding} />
      <Reason id={`finding-${finding.id}`} value={reason} set={setReason} />
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

function Late(props: { entry: InboxEntry; family: string }): JSX.Element {
  const { entry } = props;
  const [reason, setReason] = useState("");
  const act = useAct();
  const decide = (accept: boolean): void =>
    void act.run(async () => {
      await write("inbox.decide", { entry: entry.id, accept, ...(reason ? { reason } : {}) });
      say(t("review_done"));
    });
  return (
    <article class="card-box">
      <div class="card-head">
        <span class="card-name">{props.family}</span>
        <span class="muted">
          {entry.author}, {ago(entry.at)}
        </span>
      </div>
      <ul class="plain">
        {entry.operations.map((one) => (
          <li key={one.label + one.text}>
            {one.type_label} {one.title} · {one.label}: <strong>«{one.text}»</strong>
          </li>
        ))}
      </ul>
      {entry.reason && (
        <Note tone="neutral">
          <p>{entry.reason}</p>
        </Note>
      )}
      <Reason id={`late-${entry.id}`} value={reason} set={setReason} />
      <Failed error={act.failure} />
      <div class="buttons">
        <button
          type="button"
          class="btn btn-primary"
          disabled={act.busy}
          onClick={() => decide(true)}
        >
          {t("accept")}
        </button>
        <button
          type="button"
          class="btn btn-outline-danger"
          disabled={act.busy || !reason.trim()}
          onClick={() => decide(false)}
        >
          {t("refuse")}
        </button>
      </div>
    </article>
  );
}
