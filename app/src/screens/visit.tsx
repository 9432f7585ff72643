// A visit while it happens: big targets, kept from the first second, ended with one tap.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { requestId } from "../core/core";
import { useAct, useNow } from "../core/hooks";
import { isPractice } from "../core/practice";
import type { FieldType, Json } from "../core/types";
import { undoDiscard, undoNew } from "../core/undo";
import { clock, stopwatch, thisMinute } from "../format";
import { commitDraft, discardDraft, loadForm, useTyping, type FormData } from "../form/draft";
import { Choice, isEdited, offered } from "../form/field";
import { FileFields, isShownWithFiles } from "../files/form";
import { Failed, say, Section, SureButton, Title } from "../parts/parts";
import { go, to } from "../router";
import { Fields, problemsOf } from "./edit";
import { t } from "../words";

/** What the visit's own screen shows by hand; the rest comes from the schema. */
const BY_HAND = new Set([
  "start_at",
  "end_at",
  "place",
  "present",
  "objectives",
  "observations",
  "next_step",
  "next_date",
  "minutes",
  "educator",
  "state",
]);

export function VisitScreen(props: { draft: string }): JSX.Element {
  const [form, setForm] = useState<FormData | null>(null);
  const [error, setError] = useState<Error | null>(null);
  useEffect(() => {
    loadForm(props.draft).then(setForm, setError);
  }, [props.draft]);
  if (error) return <Failed error={error} />;
  return form ? (
    <Running form={form} />
  ) : (
    <p class="empty" aria-busy="true">
      {t("loading")}
    </p>
  );
}

function Running(props: { form: FormData }): JSX.Element {
  const { form } = props;
  const typing = useTyping(form.draft);
  const act = useAct();
  const request = useRef(requestId());
  const problems = problemsOf(act.failure, "error");
  const field = (name: string): FieldType | undefined =>
    form.type.fields.find((one) => one.name === name);
  const value = (name: string): Json => typing.typed[name] ?? null;
  const textOf = (name: string): string =>
    typeof value(name) === "string" ? String(value(name)) : "";
  const chosen = (name: string): string[] => {
    const list = value(name);
    return Array.isArray(list) ? list.map(String) : [];
  };
  const toggle = (name: string, id: string, on: boolean): void =>
    typing.set(name, on ? [...chosen(name), id] : chosen(name).filter((one) => one !== id));
  const start = String(value("start_at") ?? form.draft.updated_at);

  const end = (): void =>
    void act.run(async () => {
      await typing.settle();
      if (!value("end_at")) typing.set("end_at", thisMinute());
      await typing.flush();
      try {
        const { record } = await commitDraft(form.draft, request.current);
        say(t(isPractice() ? "practice_saved" : "visit_saved"), await undoNew(record.id));
        location.replace(to("record", record.id));
      } catch (error) {
        request.current = requestId();
        typing.set("end_at", null); // it goes on until it can be saved
        await typing.flush();
        throw error;
      }
    });
  const place = field("place");
  const members = form.targets.get("member") ?? [];
  const objectives = form.targets.get("objective") ?? [];
  const others = form.type.fields.filter(
    (one) => isEdited(one) && !BY_HAND.has(one.name) && !isShownWithFiles(form, one.name),
  );
  return (
    <div class="visit">
      <Title text={t("visit_running")} back={["dossier", form.draft.dossier]} />
      <Timer start={start} />
      {place && (
        <fieldset class={`field ${problems.has("place") ? "field-wrong" : ""}`} id="f-place">
          <legend>{t("visit_where")}</legend>
          <div class="choices choices-big">
            {offered(place, value("place") ?? null).map((one) => (
              <Choice
                key={one.code}
                type="radio"
                name="place"
                label={one.label}
                checked={textOf("place") === one.code}
                onChange={() => typing.set("place", one.code)}
              />
            ))}
          </div>
          {problems.has("place") && <p class="help help-problem">{problems.get("place")}</p>}
        </fieldset>
      )}
      {members.length > 0 && (
        <fieldset class="field">
          <legend>{t("visit_who")}</legend>
          <div class="choices choices-big">
            {members.map((one) => (
              <Choice
                key={one.id}
                type="checkbox"
                name="present"
                label={one.title}
                checked={chosen("present").includes(one.id)}
                onChange={(on) => toggle("present", one.id, on)}
              />
            ))}
          </div>
        </fieldset>
      )}
      {objectives.length > 0 && (
        <fieldset class="field">
          <legend>{t("visit_goals")}</legend>
          <div class="choices choices-big">
            {objectives.map((one) => (
              <Choice
                key={one.id}
                type="checkbox"
                name="objectives"
                label={one.title}
                checked={chosen("objectives").includes(one.id)}
                onChange={(on) => toggle("objectives", one.id, on)}
              />
            ))}
          </div>
        </fieldset>
      )}
      <div class="field">
        <label for="note">{t("visit_note")}</label>
        <textarea
          id="note"
          class="form-control"
          rows={6}
          aria-describedby="note-help"
          value={textOf("observations")}
          onInput={(event) => typing.set("observations", event.currentTarget.value)}
        />
        <p class="help" id="note-help">
          {t("visit_note_help")}
        </p>
      </div>
      <div class="two">
        <div class="field">
          <label for="next">{t("visit_next")}</label>
          <input
            id="next"
            class="form-control"
            value={textOf("next_step")}
            onInput={(event) => typing.set("next_step", event.currentTarget.value || null)}
          />
        </div>
        <div class="field">
          <label for="next-date">{t("visit_next_date")}</label>
          <input
            id="next-date"
            type="date"
            class="form-control"
            value={textOf("next_date")}
            onInput={(event) => typing.set("next_date", event.currentTarget.value || null)}
          />
        </div>
      </div>
      <FileFields form={form} typing={typing} />
      <details class="block">
        <summary>{t("visit_more")}</summary>
        <Fields
          form={form}
          fields={others}
          typing={typing.typed}
          set={typing.set}
          problems={problems}
        />
      </details>
      <Failed error={act.failure} title={problems.size > 0 ? t("fix_fields") : undefined} />
      <div class="form-end">
        <p class="kept" role="status">
          {typing.kept ? t("draft_kept") : t("keeping")}
        </p>
        <div class="buttons">
          <button type="button" class="btn btn-primary btn-lg" disabled={act.busy} onClick={end}>
            {t("visit_stop")}
          </button>
          <button
            type="button"
            class="btn btn-outline-primary"
            onClick={() =>
              void act.run(async () => {
                await typing.flush();
                go();
              })
            }
          >
            {t("visit_pause")}
          </button>
        </div>
      </div>
      <SureButton
        label={t("visit_drop")}
        question={t("visit_drop_sure")}
        yes={t("drop_yes")}
        tone="btn-link"
        onSure={() =>
          void act.run(async () => {
            await typing.flush();
            await discardDraft(form.draft);
            say(t("draft_gone"), undoDiscard(form.draft, typing.latest()));
            go("dossier", form.draft.dossier);
          })
        }
      />
    </div>
  );
}

/** Ticks by itself, so that nothing else is drawn anew each second. */
function Timer(props: { start: string }): JSX.Element {
  const now = useNow(1000);
  return (
    <Section title={t("visit_started", { time: clock(props.start) })}>
      <p class="big-timer" aria-live="off">
        {stopwatch(props.start, now)}
      </p>
    </Section>
  );
}
