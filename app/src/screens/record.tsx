// One record: what it says, who disagrees, where it is, what was decided and why, who wrote what.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { nameOf, shownIn } from "../core/colleagues";
import { read, write } from "../core/core";
import { useAct, useLoad } from "../core/hooks";
import { told } from "../core/question";
import { wholeNow } from "../core/undo";
import type { Decision, Draft, HistoryLine, Identity, WholeRecord } from "../core/types";
import { isOfFiles } from "../files/holder";
import { FilesPanel } from "../files/panel";
import { inWords } from "../files/words";
import { ago } from "../format";
import { useReason } from "../form/act_words";
import { Icon } from "../parts/icons";
import { Authorship } from "../parts/authorship";
import { Await, byWhen, Failed, Mark, Note, say, SureButton, Title } from "../parts/parts";
import { PACT, PactParts } from "../parts/pact";
import { PaperHead } from "../parts/paper";
import { Purpose } from "../parts/purpose";
import { Receipt } from "../parts/receipt";
import { RightsPanel } from "../parts/rights";
import { SamePanel } from "../parts/same";
import { go } from "../router";
import { timeDoubt, whichTablet } from "./sides";
import { language, t, type Word } from "../words";

export function RecordScreen(props: { id: string; me: Identity }): JSX.Element {
  const load = useLoad(
    () => read<{ record: WholeRecord }>("record.get", { record: props.id }),
    props.id,
  );
  const act = useAct();
  return (
    <Await of={load}>
      {({ record }) => (
        <>
          <PaperHead dossier={record.dossier} me={props.me} />
          <Title text={record.title} lead={record.type_label} back={["dossier", record.dossier]}>
            {record.lifecycle === "retracted" && <Mark tone="neutral">{t("retracted")}</Mark>}
          </Title>
          <Receipt record={record} />
          <Purpose dossier={record.dossier} sections={sectionsShown(record)} />
          <Problems record={record} />
          <Failed error={act.failure} />
          {Object.values(record.fields).some((field) => field.kind === "escrow") && (
            <RightsPanel record={record} />
          )}
          <Values record={record} me={props.me} />
          {record.type === PACT && <PactParts pact={record} />}
          <FilesPanel
            record={record}
            onSign={() => void act.run(() => edit(record, "f-signature"))}
          />
          <div class="buttons">
            <button
              type="button"
              class="btn btn-primary"
              disabled={act.busy}
              onClick={() => void act.run(() => edit(record))}
            >
              <Icon name="draft" />
              {t("edit")}
            </button>
            {record.lifecycle === "active" ? (
              <SureButton
                label={t("retract")}
                question={t("retract_sure")}
                yes={t("retract_yes")}
                onSure={() => void act.run(() => live(record, "record.retract"))}
              />
            ) : (
              <button
                type="button"
                class="btn btn-outline-primary"
                onClick={() => void act.run(() => live(record, "record.restore"))}
              >
                {t("restore")}
              </button>
            )}
            <button type="button" class="btn btn-outline-primary" onClick={() => window.print()}>
              {t("print")}
            </button>
          </div>
          {told(record.decisions).map((one, _, all) => (
            <Decided
              key={one.dot}
              decision={one}
              record={record}
              me={props.me}
              isLast={!all.some((other) => isLater(other, one))}
            />
          ))}
          <SamePanel record={record} />
          <History record={record} me={props.me} />
        </>
      )}
    </Await>
  );
}

/** Where the fields lie that say something. */
function sectionsShown(record: WholeRecord): string[] {
  return Object.values(record.fields)
    .filter((field) => field.text)
    .map((field) => field.section)
    .concat(record.section);
}

async function edit(record: WholeRecord, part = ""): Promise<void> {
  const { drafts } = await read<{ drafts: Draft[] }>("draft.list");
  const open = drafts.find((one) => !one.new && one.record === record.id);
  const draft = open ?? (await write<{ draft: Draft }>("draft.open", { record: record.id })).draft;
  go("edit", draft.id, ...(part ? [part] : []));
}

type Life = "record.retract" | "record.restore";

async function live(record: WholeRecord, command: Life): Promise<void> {
  await write(command, { record: record.id, version: record.version });
  const back: Life = command === "record.retract" ? "record.restore" : "record.retract";
  const after = await wholeNow(record.id);
  say(
    t(command === "record.retract" ? "retracted_done" : "restored_done"),
    after ? () => write(back, { record: record.id, version: after.version }) : undefined,
  );
}

function Problems(props: { record: WholeRecord }): JSX.Element | null {
  const { problems } = props.record;
  if (problems.length === 0) return null;
  return (
    <Note tone="warning" title={t("problems")}>
      <ul>
        {problems.map((one) => {
          const text = language() === "en" ? one.message_en : one.message_it;
          return <li key={text}>{text}</li>;
        })}
      </ul>
    </Note>
  );
}

function Values(props: { record: WholeRecord; me: Identity }): JSX.Element {
  const { record, me } = props;
  const rows = Object.entries(record.fields).filter(
    ([name, field]) =>
      (field.text || field.contested) && !field.kind.startsWith("blob") && !isOfFiles(name),
  );
  const computed = Object.entries(record.computed);
  return (
    <dl class="pairs block">
      {rows.map(([name, field]) => (
        <div key={name} class={field.contested ? "contested" : undefined}>
          <dt>{field.label}</dt>
          <dd>
            <span class="long-text">{shownIn(name, field.text) || t("not_filled")}</span>
            {field.contested && (
              <div class="versions">
                <p>
                  <Icon name="review" />
                  {t("contested")}
                </p>
                <ul>
                  {(field.values ?? []).map((one) => (
                    <li key={one.dot}>
                      <strong>{shownIn(name, one.text) || t("not_filled")}</strong>
                      <small>{byWhen(one.author, one.at, me.account)}</small>
                    </li>
                  ))}
                </ul>
              </div>
            )}
          </dd>
        </div>
      ))}
      {computed.map(([name, field]) => (
        <div key={name}>
          <dt>{field.label}</dt>
          <dd>{field.text}</dd>
        </div>
      ))}
    </dl>
  );
}

export const OUTCOMES: Record<string, Word> = {
  choose: "outcome_choose",
  combine: "outcome_combine",
  write_new: "outcome_write_new",
  dismiss: "outcome_dismiss",
  restore: "outcome_life",
  retract: "outcome_life",
  undo: "outcome_undo",
  contest: "outcome_undo",
  confirm: "outcome_confirm",
  refuse: "outcome_refuse",
};

/** After these what the field shows is not what was decided. */
const QUIET = new Set(["dismiss", "undo", "contest", "confirm", "refuse"]);

/** What opened a question again, and what was said of a spend, no contest takes back. */
const FINAL = new Set(["undo", "contest", "confirm", "refuse"]);

/** Of the same field. They come in the order of the tablets, not of the days. */
const isLater = (one: Decision, than: Decision): boolean =>
  one.field === than.field && Date.parse(one.at) > Date.parse(than.at);

/** The decision reaches whoever had written, with its reason; and whoever disagrees may say so. */
function Decided(props: {
  decision: Decision;
  record: WholeRecord;
  me: Identity;
  /** The newest of its field. */
  isLast: boolean;
}): JSX.Element {
  const { decision, record } = props;
  const [isOpen, setOpen] = useState(false);
  const typing = useReason("review.contest", `${record.id} ${decision.dot}`, record.id);
  const { reason } = typing.words;
  const open = isOpen || reason !== "";
  const act = useAct();
  const word = OUTCOMES[decision.outcome];
  const mayReopen =
    decision.field !== "" &&
    !FINAL.has(decision.outcome) &&
    (props.isLast || !decision.mine);
  const value = record.fields[decision.field]?.text;
  return (
    <section
      class="note note-decision"
      aria-label={t("decision", { who: nameOf(decision.author) })}
    >
      <p class="note-title">
        {decision.label && `${decision.label}: `}
        {t("decision", { who: decision.mine ? t("you") : nameOf(decision.author) })}
      </p>
      <p>
        {word ? t(word) : decision.outcome}
        {value && !QUIET.has(decision.outcome) && (
          <>
            {" "}
            · <strong>«{value}»</strong>
          </>
        )}
      </p>
      <p>{decision.reason ? t("decision_reason", { reason: decision.reason }) : t("no_reason")}</p>
      <p class="muted">{ago(decision.at)}</p>
      {mayReopen && !open && (
        <button type="button" class="btn btn-sm btn-outline-primary" onClick={() => setOpen(true)}>
          {t(decision.mine ? "reopen_own" : "contest")}
        </button>
      )}
      {mayReopen && open && (
        <form
          data-kept
          onSubmit={(event) => {
            event.preventDefault();
            void act.run(async () => {
              await write("review.contest", {
                record: record.id,
                field: decision.field,
                reason,
                decision: decision.dot,
              });
              setOpen(false);
              await typing.done();
              say(t(decision.mine ? "reopen_done" : "contest_done"));
            });
          }}
        >
          <div class="field">
            <label for={`why-${decision.dot}`}>
              {t(decision.mine ? "reopen_why" : "contest_why")}
            </label>
            <textarea
              id={`why-${decision.dot}`}
              class="form-control"
              rows={2}
              required
              value={reason}
              onInput={(event) => typing.set({ reason: event.currentTarget.value })}
            />
          </div>
          <Failed error={act.failure} />
          <div class="buttons">
            <button class="btn btn-primary" disabled={act.busy || !reason.trim()}>
              {t("contest_send")}
            </button>
            <button
              type="button"
              class="btn btn-outline-secondary"
              onClick={() => {
                setOpen(false);
                void typing.done();
              }}
            >
              {t("cancel")}
            </button>
          </div>
        </form>
      )}
    </section>
  );
}

const ACTIONS: Record<string, Word> = {
  write: "wrote",
  splice: "wrote",
  resolve: "decided",
  remove: "removed",
};

function History(props: { record: WholeRecord; me: Identity }): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <details class="block" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("history")}</summary>
      {open && <Texts record={props.record} me={props.me} />}
      {open && <Lines record={props.record} me={props.me} />}
    </details>
  );
}

const linesOf = (record: WholeRecord): Promise<{ lines: HistoryLine[] }> =>
  read("history", { record: record.id });

/** The texts that several people wrote, with the words of each. */
function Texts(props: { record: WholeRecord; me: Identity }): JSX.Element | null {
  const { record, me } = props;
  const load = useLoad(() => linesOf(record), `texts ${record.id}${record.version}`);
  const texts = Object.entries(record.fields).filter(([, one]) => one.kind === "text" && one.text);
  return (
    <>
      {load.data &&
        texts.map(([name, field]) => (
          <Authorship
            key={name}
            lines={load.data?.lines.filter((one) => one.field === name) ?? []}
            text={field.text}
            me={me.account}
          />
        ))}
    </>
  );
}

function Lines(props: { record: WholeRecord; me: Identity }): JSX.Element {
  const { record, me } = props;
  const load = useLoad(
    () => linesOf(record),
    record.id + record.version,
  );
  return (
    <Await of={load}>
      {({ lines }) => (
        <ol class="history">
          {[...lines].reverse().map((line) => {
            const word = ACTIONS[line.action];
            return (
              <li key={line.dot}>
                <strong>{line.author === me.account ? t("you") : nameOf(line.author)}</strong>{" "}
                {word ? t(word) : line.action} {line.label}
                {line.to !== undefined && <>: «{inWords(line.to)}»</>}
                {line.from && <small>{t("was", { text: inWords(line.from) })}</small>}
                {line.reason && <small>{t("decision_reason", { reason: line.reason })}</small>}
                <small>
                  {ago(line.at)} ·{" "}
                  {whichTablet(line)}
                  {timeDoubt(line) && <> · {timeDoubt(line)}</>}
                </small>
              </li>
            );
          })}
        </ol>
      )}
    </Await>
  );
}
