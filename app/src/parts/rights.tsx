// A voucher or a points card: what is left of it, what this tablet may still spend, and the form
// that spends. Beyond what the tablet has it is provisional: the form says so before it is saved.
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { nameOf } from "../core/colleagues";
import { read, requestId, write } from "../core/core";
import { useAct, useLoad } from "../core/hooks";
import type { FieldType, Json, RecordType, TypeLine, WholeRecord } from "../core/types";
import { useActWords } from "../form/act_words";
import { Field, isEdited } from "../form/field";
import { FoundNote } from "../form/found";
import { ago } from "../format";
import { problemsOf } from "../screens/edit";
import { language, t, type Word } from "../words";
import { Await, Failed, Mark, Note, say, Section, type Tone } from "./parts";

interface Spend {
  dot: string;
  author: string;
  at: string;
  amount: string;
  state: "firm" | "provisional" | "confirmed" | "refused" | "refunded";
  entry?: string;
  entry_text?: string;
}

interface Rights {
  label: string;
  left: string;
  here: string;
  granted: string;
  provisional: string;
  spends: Spend[];
}

interface Spending {
  rights: Rights;
  /** The type whose records spend these rights. */
  entry: RecordType | null;
}

async function loadSpending(record: WholeRecord): Promise<Spending> {
  const [rights, { types }] = await Promise.all([
    read<Rights>("rights.list", { record: record.id }),
    read<{ types: TypeLine[] }>("schema.types"),
  ]);
  const spending = types.find((one) => one.spends?.of === record.type && !one.retired);
  const entry = spending
    ? (await read<{ type: RecordType }>("schema.type", { type: spending.name })).type
    : null;
  return { rights, entry };
}

export function RightsPanel(props: { record: WholeRecord }): JSX.Element {
  const { record } = props;
  const load = useLoad(() => loadSpending(record), record.id + record.version);
  return (
    <Await of={load}>
      {({ rights, entry }) => (
        <Section title={rights.label}>
          <dl class="gauges">
            {(
              [
                ["rights_left", rights.left],
                ["rights_here", rights.here],
                ["rights_granted", rights.granted],
              ] as [Word, string][]
            ).map(([word, value]) => (
              <div key={word}>
                <dt>{t(word)}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          {Number(rights.provisional) > 0 && (
            <Note tone="warning">
              <p>{t("rights_provisional", { n: rights.provisional })}</p>
            </Note>
          )}
          {entry && record.lifecycle === "active" && (
            <SpendForm record={record} rights={rights} entry={entry} />
          )}
          <Spends spends={rights.spends} />
        </Section>
      )}
    </Await>
  );
}

const today = (): string => {
  const now = new Date();
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
};

/** What is the same most of the time is filled in: the day is today, the provider the voucher's. */
function begin(record: WholeRecord, entry: RecordType): Record<string, Json> {
  const fields: Record<string, Json> = {};
  for (const field of entry.fields) {
    if (field.kind === "date" && field.required) fields[field.name] = today();
    const same = record.fields[field.name];
    if (field.name === "provider" && same?.text) fields[field.name] = same.text;
  }
  return fields;
}

function SpendForm(props: {
  record: WholeRecord;
  rights: Rights;
  entry: RecordType;
}): JSX.Element | null {
  const { record, rights, entry } = props;
  const [begun] = useState(() => begin(record, entry));
  const about = { act: "rights.spend", subject: record.id, record: record.id };
  const typing = useActWords<Record<string, Json>>(about, begun);
  const fields = typing.words;
  const [isOpen, setOpen] = useState(false);
  const open = isOpen || fields !== begun;
  const request = useRef(requestId());
  const act = useAct();
  const { spends } = entry;
  if (!spends) return null;
  if (!open) {
    return (
      <button type="button" class="btn btn-primary btn-lg wide" onClick={() => setOpen(true)}>
        {t("spend_open", { what: entry.label.toLowerCase() })}
      </button>
    );
  }
  const shown = entry.fields.filter(
    (field: FieldType) =>
      isEdited(field) && field.name !== spends.through && field.name !== spends.reverses,
  );
  const amount = Number(fields[spends.amount] ?? 0);
  const beyond = amount - Number(rights.here);
  const problems = problemsOf(act.failure, "error");
  const save = (event: Event): void => {
    event.preventDefault();
    void act.run(async () => {
      try {
        const draft = await typing.draft().catch(() => ""); // saving is tried all the same
        await write(
          "record.save",
          {
            type: entry.name,
            dossier: record.dossier,
            fields: { ...fields, [spends.through]: record.id },
            ...(draft ? { draft } : {}),
          },
          request.current,
        );
      } catch (error) {
        request.current = requestId();
        throw error;
      }
      request.current = requestId();
      await typing.done();
      setOpen(false);
      say(beyond > 0 ? t("spend_provisional") : t("spend_done"));
    });
  };
  const discard = (): void => {
    setOpen(false);
    void typing.done();
  };
  return (
    <form class="card-box" data-kept onSubmit={save} noValidate>
      <FoundNote when={typing.found} onThrow={discard} />
      {shown.map((field) => (
        <Field
          key={field.name}
          field={field}
          value={fields[field.name] ?? null}
          targets={[]}
          problem={problems.get(field.name)}
          onInput={(value) => typing.set({ [field.name]: value })}
        />
      ))}
      {beyond > 0 && (
        <Note tone="warning" live>
          <p>{t("spend_beyond", { n: beyond, here: rights.here })}</p>
        </Note>
      )}
      <Failed error={act.failure} title={problems.size > 0 ? t("fix_fields") : undefined} />
      <div class="buttons">
        <button class="btn btn-primary btn-lg" disabled={act.busy}>
          {t("spend_save")}
        </button>
        <button
          type="button"
          class="btn btn-outline-secondary"
          onClick={discard}
        >
          {t("cancel")}
        </button>
      </div>
    </form>
  );
}

const STATES: Record<Spend["state"], [Word, Tone]> = {
  firm: ["spent_firm", "success"],
  provisional: ["spent_provisional", "warning"],
  confirmed: ["spent_confirmed", "success"],
  refused: ["spent_refused", "danger"],
  refunded: ["spent_refunded", "neutral"],
};

function Spends(props: { spends: Spend[] }): JSX.Element | null {
  if (props.spends.length === 0) return null;
  return (
    <details class="block">
      <summary>{t("spends", { n: props.spends.length })}</summary>
      <ul class="plain">
        {[...props.spends].reverse().map((one) => {
          const [word, tone] = STATES[one.state];
          return (
            <li key={one.dot}>
              <strong>{new Intl.NumberFormat(language()).format(Number(one.amount))}</strong>{" "}
              <Mark tone={tone}>{t(word)}</Mark> {one.entry_text}
              <small>
                {nameOf(one.author)} · {ago(one.at)}
              </small>
            </li>
          );
        })}
      </ul>
    </details>
  );
}
