// One item: what stood before, what each wrote without seeing the other, and the decision.
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { nameOf } from "../core/colleagues";
import { read, requestId, write } from "../core/core";
import { useAct, useLoad } from "../core/hooks";
import { isDraftOf, loadItem, subjectOf, visitsOf, type Question } from "../core/question";
import { useSeen } from "../core/seen";
import type {
  Alternative,
  Decision,
  Draft,
  FieldType,
  Identity,
  Json,
  ReviewItem,
} from "../core/types";
import { undoDecision } from "../core/undo";
import { FilesPanel } from "../files/panel";
import { inWords } from "../files/words";
import { ago } from "../format";
import { useActWords } from "../form/act_words";
import { Field } from "../form/field";
import { Authorship } from "../parts/authorship";
import {
  Await,
  DiscardButton,
  Failed,
  Mark,
  Note,
  say,
  SureButton,
  Title,
} from "../parts/parts";
import { go, to } from "../router";
import { OUTCOMES } from "./record";
import { authors, contested } from "./review";
import { AlternativeSide, Side } from "./sides";
import { t, type Word } from "../words";

/**
 * `choose-` and the value's dot, `combine`, `write`, `dismiss`, or what else the kind of item
 * allows. Never a value's number: that is another one when a third value has arrived.
 */
type Choice = string;
type DecisionWords = {
  item: string;
  choice: Choice;
  value: Json;
  reason: string;
  /** What stood on the screen then (core/seen.ts). */
  seen: string;
};
const CHOOSE = "choose-";
const choiceOf = (one: Alternative): Choice => CHOOSE + one.dot;

export function DecideScreen(props: { item: string; me: Identity }): JSX.Element {
  const last = useRef<{ asked: string; item: ReviewItem | undefined }>();
  const load = useLoad(async () => {
    const before = last.current?.asked === props.item ? last.current.item : undefined;
    const loaded = await loadItem(props.item, before);
    if (loaded.item) last.current = { asked: props.item, item: loaded.item };
    return loaded;
  }, props.item);
  return (
    <Await of={load}>
      {(loaded) =>
        loaded.item ? (
          <Decide {...loaded} item={loaded.item} me={props.me} />
        ) : (
          <>
            <Title text={t("item_gone")} back={["review"]} />
            <LeftWords item={props.item} />
            <a
              class="btn btn-primary"
              href={loaded.next ? to("review", loaded.next) : to("review")}
            >
              {t(loaded.next ? "review_next" : "review_all")}
            </a>
          </>
        )
      }
    </Await>
  );
}

/** A value to be read, of whatever kind; its field may be gone with the question. */
function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (Array.isArray(value)) return value.map(textOf).filter(Boolean).join(", ");
  if (typeof value === "object") return textOf(Object.values(value));
  return String(value);
}

/** What was typed for a question that is none any more: it can be read, and used elsewhere. */
function LeftWords(props: { item: string }): JSX.Element | null {
  const load = useLoad(() => read<{ drafts: Draft[] }>("draft.list"), `left ${props.item}`);
  const act = useAct();
  const left = load.data?.drafts.find(
    (one) => one.act === "review.resolve" && one.fields["item"] === props.item,
  );
  if (!left) return null;
  const words = [left.fields["value"], left.fields["reason"]]
    .map(textOf)
    .filter((one) => one !== "");
  return (
    <Note tone="info" title={t("words_left")}>
      {words.map((one) => (
        <p key={one} class="long-text">
          {one}
        </p>
      ))}
      <Failed error={act.failure} />
      <DiscardButton
        onSure={() => void act.run(() => write("draft.discard", { draft: left.id }))}
      />
    </Note>
  );
}

/** What may be decided beside choosing a side, by the kind of item. */
function extrasOf(item: ReviewItem): [Choice, Word][] {
  if (item.kind === "edited_after_retraction" || item.kind === "concurrent_lifecycle") {
    return [
      ["restore", "keep_active"],
      ["retract", "keep_retracted"],
    ];
  }
  if (item.kind === "provisional_spend") {
    return [
      ["confirm", "confirm_spend"],
      ["refuse", "refuse_spend"],
    ];
  }
  if (item.kind === "edited_after_closure") return [["dismiss", "dismiss"]];
  if (item.kind === "text_overlap")
    return [
      ["write", "write_new"],
      ["dismiss", "dismiss"],
    ];
  return [
    ["combine", "combine"],
    ["write", "write_new"],
    ["dismiss", "dismiss"],
  ];
}

const mayChoose = (item: ReviewItem): boolean =>
  item.kind === "concurrent_values" || item.kind === "text_overlap";

/** Whether both values can stand in one text; a date or a code can only be chosen or written. */
const isText = (field: FieldType | undefined): boolean =>
  field === undefined || field.kind === "string" || field.kind === "text";

const isWritten = (choice: Choice): boolean => choice === "combine" || choice === "write";

function argumentsOf(choice: Choice, value: Json): Record<string, unknown> {
  if (choice.startsWith(CHOOSE)) return { choose: choice.slice(CHOOSE.length) };
  switch (choice) {
    case "combine":
      return { combine: value };
    case "write":
      return { write: value };
    case "restore":
    case "retract":
      return { life: choice };
    case "confirm":
      return { confirm: true };
    case "refuse":
      return { refuse: true };
    default:
      return { dismiss: true };
  }
}

function Decide(props: Question & { item: ReviewItem; me: Identity }): JSX.Element {
  const { item, field, me } = props;
  // By what it was about at first: with a third value the question has another id.
  const [subject] = useState(subjectOf(item));
  const typing = useActWords<DecisionWords>(
    { act: "review.resolve", subject, record: item.record },
    { item: item.id, choice: "", value: "", reason: "", seen: "" },
    (words) => words.reason.trim() === "" && !(isWritten(words.choice) && words.value),
    { isOf: (draft) => isDraftOf(draft, item), together: ["choice", "value", "seen"] },
  );
  const { choice, value, reason } = typing.words;
  const act = useAct();
  // Beside the question, which waits for no list of visits; somebody may not see any of them.
  const visits = useLoad(() => visitsOf(item), `visits ${item.id}`, true);
  const seen = useSeen(item, props.earlier);
  // Somebody comes back to what they wrote: what arrived meanwhile waits for their look.
  useEffect(() => {
    if (typing.ready && typing.words.seen !== "") seen.restore(typing.words.seen);
  }, [typing.ready]);
  // What was chosen goes with what stood there then; a reason alone is chosen by nobody.
  const keep = (change: Partial<DecisionWords>): void =>
    typing.set({ item: item.id, seen: seen.content, ...change });
  const give = (why: string): void => typing.set({ item: item.id, reason: why });
  const request = useRef(requestId());
  const reasonField = useRef<HTMLTextAreaElement>(null);
  const isFinal = !mayChoose(item);
  const sure = useRef<HTMLDivElement>(null);
  // Of two signatures one is chosen: nobody writes a third, or joins them.
  const isSigned = field?.kind === "blob";
  const extras = extrasOf(item).filter(
    ([one]) => (one !== "combine" || isText(field)) && !(one === "write" && isSigned),
  );

  const take = (next: Choice): void => {
    const joined = item.alternatives.map((one) => one.text).join("; ");
    const begun = item.kind === "text_overlap" ? item.now : "";
    if (next === "combine") keep({ choice: next, value: joined });
    else if (next === "write") keep({ choice: next, value: begun });
    else keep({ choice: next });
  };
  const isGone =
    choice.startsWith(CHOOSE) && !item.alternatives.some((one) => choiceOf(one) === choice);
  // Now, and not once an effect has told `seen`: until then the choice may be of an earlier look.
  const isSeen = typing.ready && typing.words.seen === seen.now;
  const ready =
    isSeen &&
    choice !== "" &&
    !isGone &&
    !seen.changed &&
    reason.trim() !== "" &&
    !(isWritten(choice) && (value === null || value === ""));
  const decide = (): void =>
    void act.run(async () => {
      try {
        await write(
          "review.resolve",
          {
            item: item.id,
            version: seen.version,
            reason: reason.trim(),
            ...argumentsOf(choice, value),
          },
          request.current,
        );
      } catch (error) {
        request.current = requestId();
        throw error;
      }
      await typing.done();
      const again = isFinal
        ? undefined
        : undoDecision(item.record, item.field, t("decision_taken_back"));
      say(t("review_done"), again);
      if (props.next) go("review", props.next);
      else go("review");
    });
  useKeys({
    number: (n) => {
      const one = item.alternatives.find((side) => side.number === n);
      if (mayChoose(item) && one) take(choiceOf(one));
    },
    reason: () => reasonField.current?.focus(),
    next: () => {
      if (props.next) go("review", props.next);
    },
    decide: () => {
      // What cannot be taken back asks first, and is answered by the same keys.
      if (isFinal) sure.current?.querySelector("button")?.click();
      else if (ready) decide();
    },
  });
  return (
    <>
      <Title
        text={item.label || item.kind_text}
        back={["review"]}
        lead={`${props.family} · ${item.type_label} ${item.title}`}
      >
        <Mark tone={item.contested ? "danger" : "warning"}>
          {item.contested ? contested(item, me) : t("review_left", { n: props.left })}
        </Mark>
      </Title>
      <div class="sides" role="group" aria-label={t("choice")}>
        <Side title={t("base")} text={inWords(item.base)} empty={t("base_empty")} tone="base" />
        {item.alternatives.map((one) => (
          <AlternativeSide
            key={one.dot}
            one={one}
            record={item.record}
            field={item.field}
            me={me}
            shown={one.text === item.now}
            line={props.lines.find((line) => line.dot === one.dot)}
            visit={visits.data?.get(one.dot)}
            arrived={seen.isNew(one)}
            chosen={choice === choiceOf(one)}
            onChoose={mayChoose(item) ? () => take(choiceOf(one)) : undefined}
          />
        ))}
      </div>
      {item.kind === "text_overlap" && (
        <Authorship lines={props.lines} text={item.now} me={me.account} />
      )}
      {props.record && <FilesPanel record={props.record} except={item.field} only />}
      <Earlier decisions={props.earlier} me={me} />
      <div class="choices choices-big">
        {extras.map(([one, word]) => (
          <button
            type="button"
            key={one}
            aria-pressed={choice === one}
            class={`choice ${choice === one ? "choice-on" : ""}`}
            onClick={() => take(one)}
          >
            {t(word)}
          </button>
        ))}
      </div>
      {isWritten(choice) && (
        <Field
          field={valueField(item, field, choice)}
          value={value}
          targets={props.targets}
          onInput={(written) => keep({ value: written })}
          autofocus
        />
      )}
      <div class="field">
        <label for="reason">{t("reason")}</label>
        <textarea
          id="reason"
          ref={reasonField}
          class="form-control"
          rows={2}
          aria-describedby="reason-help"
          value={reason}
          onInput={(event) => give(event.currentTarget.value)}
        />
        <p class="help" id="reason-help">
          {choice !== "" && !reason.trim()
            ? t("reason_needed")
            : t("reason_help", { who: authors(item, me) })}
        </p>
      </div>
      {seen.changed && (
        <Arrived
          onLook={() => {
            typing.set({ seen: seen.look() });
            reasonField.current?.focus(); // the button that had it is gone
          }}
        />
      )}
      <Failed error={act.failure} />
      <div class="buttons">
        {isFinal ? (
          <div ref={sure}>
            <SureButton
              label={t("decide")}
              question={t("decide_final")}
              yes={t("decide_final_yes")}
              tone="btn-primary btn-lg"
              disabled={!ready || act.busy}
              onSure={decide}
            />
          </div>
        ) : (
          <button
            type="button"
            class="btn btn-primary btn-lg"
            disabled={!ready || act.busy}
            onClick={decide}
          >
            {t("decide")}
          </button>
        )}
        <a class="btn btn-outline-primary" href={to("record", item.record)}>
          {item.type_label}
        </a>
        {props.next && (
          <a class="btn btn-link" href={to("review", props.next)}>
            {t("review_next")}
          </a>
        )}
      </div>
      <p class="muted keys">{t("keys")}</p>
    </>
  );
}

/** Nothing is decided until the person says that they have looked again. */
function Arrived(props: { onLook: () => void }): JSX.Element {
  return (
    <Note tone="warning" title={t("item_arrived")} live>
      <p>{t("item_arrived_why")}</p>
      <button type="button" class="btn btn-outline-primary" onClick={props.onLook}>
        {t("item_looked")}
      </button>
    </Note>
  );
}

/** Who decides again should know what was decided, and why somebody disagreed. */
function Earlier(props: { decisions: Decision[]; me: Identity }): JSX.Element | null {
  if (props.decisions.length === 0) return null;
  return (
    <Note tone="info">
      <ul class="plain">
        {props.decisions.map((one) => (
          <li key={one.dot}>
            <strong>{one.mine ? t("you") : nameOf(one.author)}</strong>{" "}
            {t(OUTCOMES[one.outcome] ?? "decided")}
            <small>
              {one.reason ? t("decision_reason", { reason: one.reason }) : t("no_reason")}
              {" · "}
              {ago(one.at)}
            </small>
          </li>
        ))}
      </ul>
    </Note>
  );
}

/** The field as the schema has it, under the name that it has here. */
function valueField(item: ReviewItem, field: FieldType | undefined, choice: Choice): FieldType {
  return {
    name: item.field,
    merge: "register",
    section: item.section,
    write_once: false,
    sensitive: false,
    retired: false,
    ...field,
    kind: choice === "combine" && field?.kind === "string" ? "text" : (field?.kind ?? "string"),
    label: t("your_value"),
    required: true,
  };
}

/** Single letters only outside of fields, so that no text ever decides anything. */
function useKeys(keys: {
  number: (n: number) => void;
  reason: () => void;
  next: () => void;
  decide: () => void;
}): void {
  const latest = useRef(keys);
  latest.current = keys;
  // With the screen, not a frame after it: whoever types at once is heard.
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      // A key that is held down is one act, and does not press the button that has come since.
      if (event.repeat) {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.preventDefault();
        return;
      }
      // Beneath a cover, or behind the lock, the screen hears nothing.
      if (document.querySelector("dialog[open], .opened[hidden]")) return;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        latest.current.decide();
        return;
      }
      const at = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || at.matches("input,textarea,select"))
        return;
      if (/^[1-9]$/.test(event.key)) latest.current.number(Number(event.key));
      else if (event.key === "m" || event.key === "r") {
        event.preventDefault();
        latest.current.reason();
      } else if (event.key === "j") latest.current.next();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}
