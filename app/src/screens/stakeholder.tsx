// One stakeholder: how to reach it, what was said, and a contact written in a minute.
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { read, requestId, write } from "../core/core";
import { useAct, useLoad } from "../core/hooks";
import {
  callTo,
  CONTACT,
  fieldsOf,
  isContactWith,
  loadStakeholder,
  openContact,
  saveContact,
  type Contact,
  type Stakeholder,
} from "../core/network";
import type { Code, Draft, FieldType, Identity, Json } from "../core/types";
import { dayAfter, dayInWords, duration, today } from "../format";
import { undoDiscard } from "../core/undo";
import { discardDraft, useTyping } from "../form/draft";
import { Choice, Field } from "../form/field";
import { Icon } from "../parts/icons";
import {
  Await,
  DiscardButton,
  Empty,
  Failed,
  Mark,
  Row,
  say,
  Section,
  Title,
} from "../parts/parts";
import { go, to } from "../router";
import { t } from "../words";

const MINUTES = [15, 30, 60, 90];
const AGAIN_DAYS = [7, 14, 30];

interface Found {
  subject: Stakeholder | null;
  stages: Code[];
  fields: FieldType[];
  begun: Draft | null;
}

async function load(id: string): Promise<Found> {
  const [found, fields, { drafts }] = await Promise.all([
    loadStakeholder(id),
    fieldsOf(CONTACT),
    read<{ drafts: Draft[] }>("draft.list"),
  ]);
  return {
    subject: found?.subject ?? null,
    stages: found?.stages ?? [],
    fields,
    begun: drafts.find((one) => isContactWith(one, id)) ?? null,
  };
}

export function StakeholderScreen(props: { id: string; me: Identity }): JSX.Element {
  const found = useLoad(() => load(props.id), props.id);
  return (
    <Await of={found}>
      {({ subject, ...rest }) =>
        subject === null ? (
          <>
            <Title text={t("network")} back={["network"]} />
            <Empty>{t("network_none")}</Empty>
          </>
        ) : (
          <Whole {...rest} subject={subject} me={props.me} />
        )
      }
    </Await>
  );
}

function Whole(props: Found & { subject: Stakeholder; me: Identity }): JSX.Element {
  const { subject, me } = props;
  // As it was when the form was opened: an exchange meanwhile does not take it away.
  const [draft, setDraft] = useState<Draft | null>(null);
  const act = useAct();
  const stage = props.stages.find((one) => one.code === subject.stage);
  const begin = (): void =>
    void act.run(async () => setDraft(await openContact(subject, me.account, today())));
  return (
    <>
      <Title
        text={subject.name}
        lead={[subject.kind, subject.commune].filter(Boolean).join(" · ")}
        back={["network", subject.dossier]}
      >
        <Mark tone="info">{stage?.label ?? t("network_stage_none")}</Mark>
      </Title>
      <Reach subject={subject} />
      <Failed error={act.failure} />
      {draft ? (
        <ContactForm {...props} draft={draft} onEnd={() => setDraft(null)} />
      ) : (
        <>
          <button
            type="button"
            class="btn btn-primary btn-lg wide"
            disabled={act.busy}
            onClick={begin}
          >
            <Icon name={props.begun ? "draft" : "add"} />
            {t(props.begun ? "contact_go_on" : "contact_write")}
          </button>
          <Said subject={subject} />
          <Section title={t("contact_history")} count={subject.contacts.length}>
            {subject.contacts.length === 0 && <Empty>{t("contact_history_none")}</Empty>}
            <ul class="rows">
              {subject.contacts.map((one) => (
                <PastContact key={one.id} contact={one} me={me.account} />
              ))}
            </ul>
          </Section>
          <More subject={subject} />
        </>
      )}
    </>
  );
}

function Reach(props: { subject: Stakeholder }): JSX.Element | null {
  const { subject } = props;
  if (!subject.person && !subject.address && subject.phones.length + subject.emails.length === 0) {
    return null;
  }
  return (
    <div class="reach">
      {subject.person && <strong>{subject.person}</strong>}
      {subject.address && <span>{subject.address}</span>}
      {subject.phones.map((number) => (
        <a key={number} class="btn btn-outline-primary" href={callTo(number)}>
          {t("contact_call", { number })}
        </a>
      ))}
      {subject.emails.map((address) => (
        <a key={address} class="btn btn-outline-primary" href={`mailto:${address}`}>
          {t("contact_mail", { address })}
        </a>
      ))}
    </div>
  );
}

/** What it needs and what it can give, as was collected. */
function Said(props: { subject: Stakeholder }): JSX.Element | null {
  const { needs, offer } = props.subject;
  if (!needs && !offer) return null;
  return (
    <div class="card-box">
      {needs && <p class="card-text">{needs}</p>}
      {offer && <p class="card-text">{offer}</p>}
    </div>
  );
}

function PastContact(props: { contact: Contact; me: string }): JSX.Element {
  const { contact } = props;
  const who = contact.worker === props.me ? t("contact_by_you") : contact.worker;
  return (
    <Row
      href={to("record", contact.id)}
      title={`${dayInWords(contact.date)} · ${contact.mode}`}
      note={[contact.minutes > 0 && duration(contact.minutes), who, contact.note]
        .filter(Boolean)
        .join(" · ")}
      mark={contact.stageAfter && <Mark tone="neutral">{contact.stageAfter}</Mark>}
    />
  );
}

/** What else a fellow writes down about a stakeholder, with the stakeholder filled in. */
function More(props: { subject: Stakeholder }): JSX.Element {
  const { subject } = props;
  const act = useAct();
  const begin = (type: string, fields: Record<string, Json>): void =>
    void act.run(async () => {
      const { draft } = await write<{ draft: Draft }>("draft.open", {
        type,
        dossier: subject.dossier,
        fields: { stakeholder: subject.id, ...fields },
      });
      go("edit", draft.id);
    });
  return (
    <div class="buttons next-step">
      <button
        type="button"
        class="btn btn-outline-primary"
        onClick={() => begin("innovation_need", { collected_on: today() })}
      >
        {t("contact_need")}
      </button>
      <button
        type="button"
        class="btn btn-outline-primary"
        onClick={() => begin("opportunity", { offered_on: today() })}
      >
        {t("contact_opportunity")}
      </button>
      <a class="btn btn-outline-primary" href={to("record", subject.id)}>
        {t("contact_record")}
      </a>
      <Failed error={act.failure} />
    </div>
  );
}

function ContactForm(
  props: Found & { subject: Stakeholder; draft: Draft; onEnd: () => void },
): JSX.Element {
  const { draft } = props;
  const typing = useTyping(draft);
  const act = useAct();
  const request = useRef(requestId());
  const text = (name: string): string => String(typing.typed[name] ?? "");
  const field = (name: string): JSX.Element | null => {
    const one = props.fields.find((known) => known.name === name);
    if (!one) return null;
    return (
      <Field
        field={one}
        value={typing.typed[name] ?? null}
        targets={[]}
        onInput={(value) => typing.set(name, value)}
      />
    );
  };
  const save = (event: Event): void => {
    event.preventDefault();
    void act.run(async () => {
      await typing.settle();
      try {
        const typed = { ...draft, fields: typing.latest() };
        say(t("contact_saved"), await saveContact(typed, props.subject, request.current));
      } catch (error) {
        request.current = requestId(); // what is corrected is another act
        throw error;
      }
      props.onEnd();
    });
  };
  const discard = (): void =>
    void act.run(async () => {
      await typing.flush();
      await discardDraft(draft);
      say(t("draft_gone"), undoDiscard(draft, typing.latest()));
      props.onEnd();
    });
  return (
    <form class="form contact" data-kept onSubmit={save} noValidate>
      {field("contact_date")}
      {field("mode")}
      <Minutes value={text("minutes")} set={(value) => typing.set("minutes", value)} />
      <Picks
        name="stage_after"
        title={t("contact_stage")}
        options={props.stages.map((one) => [one.code, one.label])}
        value={text("stage_after")}
        set={(value) => typing.set("stage_after", value)}
      />
      {field("note")}
      {field("next_step")}
      <Picks
        name="again"
        title={t("contact_next")}
        options={AGAIN_DAYS.map((days) => [
          dayAfter(text("contact_date") || today(), days),
          t("contact_in", { n: days }),
        ])}
        value={text("next_date")}
        set={(value) => typing.set("next_date", value)}
      />
      {field("next_date")}
      <Failed error={act.failure} />
      <div class="form-end">
        <p class="kept" role="status">
          {typing.kept ? t("draft_kept") : t("keeping")}
        </p>
        <div class="buttons">
          <button class="btn btn-primary btn-lg" disabled={act.busy}>
            {t("save")}
          </button>
          <DiscardButton onSure={discard} />
        </div>
      </div>
    </form>
  );
}

/** One of a few, with a thumb. */
function Picks(props: {
  name: string;
  title: string;
  options: [string, string][];
  value: string;
  set: (value: string) => void;
}): JSX.Element {
  return (
    <fieldset class="field">
      <legend>{props.title}</legend>
      <div class="choices">
        {props.options.map(([value, label]) => (
          <Choice
            key={value}
            type="radio"
            name={props.name}
            label={label}
            checked={props.value === value}
            onChange={() => props.set(value)}
          />
        ))}
      </div>
    </fieldset>
  );
}

function Minutes(props: { value: string; set: (value: Json) => void }): JSX.Element {
  return (
    <>
      <Picks
        name="minutes"
        title={t("contact_minutes")}
        options={MINUTES.map((one) => [String(one), t("contact_minutes_n", { n: one })])}
        value={props.value}
        set={(value) => props.set(value)}
      />
      <div class="field">
        <label for="other-minutes">{t("contact_other")}</label>
        <input
          id="other-minutes"
          class="form-control"
          inputMode="numeric"
          maxLength={4}
          value={props.value}
          onInput={(event) => props.set(event.currentTarget.value || null)}
        />
      </div>
    </>
  );
}
