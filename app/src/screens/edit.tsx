// The form of any record type, made of the schema.
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { CoreError, read, requestId, write } from "../core/core";
import { useAct, useLoad } from "../core/hooks";
import { savedWord } from "../core/practice";
import type { Draft, FieldType, Json, RecordType } from "../core/types";
import { undoDiscard, undoEdit, undoNew, wholeNow } from "../core/undo";
import { ago } from "../format";
import { useActWords } from "../form/act_words";
import { Field, isEdited } from "../form/field";
import { FoundNote } from "../form/found";
import { FileFields, isShownWithFiles } from "../files/form";
import {
  commitDraft,
  discardDraft,
  loadForm,
  useTyping,
  valueOf,
  type FormData,
} from "../form/draft";
import { Await, DiscardButton, Failed, Note, say, Title } from "../parts/parts";
import { go, goBack, to } from "../router";
import { language, t } from "../words";

export function EditScreen(props: {
  draft?: string;
  /** The element to begin at. */
  part?: string;
  dossier?: string;
  type?: string;
}): JSX.Element {
  if (props.draft) return <DraftForm id={props.draft} part={props.part ?? ""} />;
  if (props.dossier === "-") return <NewDossier type={props.type ?? "household"} />;
  return <Opening dossier={props.dossier ?? ""} type={props.type ?? ""} />;
}

/** Opens a draft and takes its address, so that coming back comes back to the same draft. */
function Opening(props: { dossier: string; type: string }): JSX.Element {
  const act = useAct();
  useEffect(() => {
    void act.run(async () => {
      const { draft } = await write<{ draft: Draft }>("draft.open", props);
      location.replace(to("edit", draft.id));
    });
  }, []);
  return act.failure ? <Failed error={act.failure} /> : <p class="empty">{t("loading")}</p>;
}

function DraftForm(props: { id: string; part: string }): JSX.Element {
  // Once: what arrives while somebody types is shown beside the field, not under their fingers.
  const [round, setRound] = useState(0);
  const [form, setForm] = useState<FormData | null>(null);
  const [error, setError] = useState<Error | null>(null);
  useEffect(() => {
    loadForm(props.id).then(setForm, setError);
  }, [round]);
  if (error) {
    return (
      <>
        <Failed error={error} />
        <button
          type="button"
          class="btn btn-outline-primary"
          onClick={() => {
            setError(null);
            setRound(round + 1);
          }}
        >
          {t("retry")}
        </button>
      </>
    );
  }
  return form ? (
    <Loaded form={form} part={props.part} />
  ) : (
    <p class="empty" aria-busy="true">
      {t("loading")}
    </p>
  );
}

/** What the core says of each field, by name. */
export function problemsOf(
  error: Error | null,
  severity: "error" | "warning",
): Map<string, string> {
  const found = new Map<string, string>();
  if (!(error instanceof CoreError)) return found;
  for (const problem of error.failure.problems ?? []) {
    if (problem.severity !== severity) continue;
    found.set(problem.field, language() === "en" ? problem.message_en : problem.message_it);
  }
  if (severity === "error" && error.failure.field && !found.has(error.failure.field)) {
    found.set(error.failure.field, error.message);
  }
  return found;
}

/** First what must be filled in, what is, and what is told in words; the rest behind one button. */
function splitFields(form: FormData): [FieldType[], FieldType[]] {
  const fields = form.type.fields.filter(
    (field) => isEdited(field) && !isShownWithFiles(form, field.name),
  );
  const isFilled = (field: FieldType): boolean => {
    const value = valueOf(form, form.draft.fields, field);
    return value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);
  };
  if (fields.length <= 10) return [fields, []];
  const first = fields.filter(
    (field, at) => field.required || field.kind === "text" || isFilled(field) || at < 4,
  );
  return [first, fields.filter((field) => !first.includes(field))];
}

function Loaded(props: { form: FormData; part: string }): JSX.Element {
  const { form } = props;
  const typing = useTyping(form.draft);
  const act = useAct();
  const request = useRef(requestId());
  const [all, setAll] = useState(false);
  const [first, rest] = useMemo(() => splitFields(form), [form]);
  const problems = problemsOf(act.failure, "error");
  const shown = all || rest.some((field) => problems.has(field.name)) ? [...first, ...rest] : first;

  const save = (event: Event): void => {
    event.preventDefault();
    void act.run(async () => {
      await typing.settle();
      try {
        const before = form.record ? await wholeNow(form.record.id) : null;
        const { record } = await commitDraft(form.draft, request.current);
        const undo = form.record
          ? undoEdit(before, Object.keys(typing.latest()))
          : undoNew(record.id);
        say(t(savedWord()), await undo);
        location.replace(to("record", record.id));
      } catch (error) {
        request.current = requestId(); // what is corrected is another act
        throw error;
      }
    });
  };
  useEffect(() => {
    if (props.part) document.getElementById(props.part)?.scrollIntoView({ block: "center" });
  }, []);
  useEffect(() => {
    const [wrong] = problems.keys();
    if (wrong) document.getElementById(`f-${wrong}`)?.scrollIntoView({ block: "center" });
  }, [act.failure]);

  const title = form.record
    ? t("form_edit", { what: form.record.title })
    : t("form_new", { what: form.type.label });
  return (
    <form class="form" data-kept onSubmit={save} noValidate>
      <Title text={title} back={["dossier", form.draft.dossier]} />
      <Fields
        form={form}
        fields={shown}
        typing={typing.typed}
        set={typing.set}
        problems={problems}
      />
      {!all && shown.length === first.length && rest.length > 0 && (
        <button type="button" class="btn btn-outline-primary wide" onClick={() => setAll(true)}>
          {t("form_more", { n: rest.length })}
        </button>
      )}
      <FileFields form={form} typing={typing} />
      <Failed error={act.failure} title={problems.size > 0 ? t("fix_fields") : undefined} />
      <div class="form-end">
        <p class="kept" role="status">
          {typing.kept ? t("draft_kept") : t("keeping")} · {ago(form.draft.updated_at)}
        </p>
        <div class="buttons">
          <button class="btn btn-primary btn-lg" disabled={act.busy}>
            {t("save")}
          </button>
          <DiscardButton
            onSure={() =>
              void act.run(async () => {
                await typing.flush();
                await discardDraft(form.draft);
                say(t("draft_gone"), undoDiscard(form.draft, typing.latest()));
                goBack("dossier", form.draft.dossier);
              })
            }
          />
        </div>
      </div>
    </form>
  );
}

export function Fields(props: {
  form: FormData;
  fields: FieldType[];
  typing: Record<string, Json>;
  set: (name: string, value: Json) => void;
  problems: Map<string, string>;
}): JSX.Element {
  const { form } = props;
  return (
    <>
      {props.fields.map((field) => {
        const current = form.record?.fields[field.name];
        return (
          <Field
            key={field.name}
            field={field}
            value={valueOf(form, props.typing, field)}
            targets={form.targets.get(field.target ?? "") ?? []}
            problem={props.problems.get(field.name)}
            warning={current?.contested ? t("contested") : undefined}
            locked={
              field.write_once &&
              form.record !== null &&
              current !== undefined &&
              current.text !== ""
            }
            onInput={(value) => props.set(field.name, value)}
          />
        );
      })}
    </>
  );
}

/** A dossier's first record is made whole or not at all; until then its words are an act's. */
function NewDossier(props: { type: string }): JSX.Element {
  const load = useLoad(
    () => read<{ type: RecordType }>("schema.type", { type: props.type }),
    props.type,
  );
  const about = { act: "dossier.create", subject: props.type };
  const typing = useActWords<Record<string, Json>>(about, {});
  const fields = typing.words;
  const act = useAct();
  const request = useRef(requestId());
  const problems = problemsOf(act.failure, "error");
  const save = (event: Event): void => {
    event.preventDefault();
    void act.run(async () => {
      try {
        const draft = await typing.draft().catch(() => ""); // saving is tried all the same
        const { dossier } = await write<{ dossier: string }>(
          "dossier.create",
          { type: props.type, fields, ...(draft ? { draft } : {}) },
          request.current,
        );
        await typing.done();
        say(t(savedWord()));
        go("dossier", dossier);
      } catch (error) {
        request.current = requestId();
        throw error;
      }
    });
  };
  const discard = (): void =>
    void act.run(async () => {
      await typing.done();
      say(t("draft_gone"));
    });
  return (
    <Await of={load}>
      {({ type }) => (
        <form class="form" data-kept onSubmit={save} noValidate>
          <Title text={t("form_new", { what: type.label })} back={["families"]} />
          <FoundNote when={typing.found} onThrow={discard} />
          {type.fields.filter(isEdited).map((field) => (
            <Field
              key={field.name}
              field={field}
              value={fields[field.name] ?? null}
              targets={[]}
              problem={problems.get(field.name)}
              onInput={(value) => typing.set({ [field.name]: value })}
            />
          ))}
          <Failed error={act.failure} title={problems.size > 0 ? t("fix_fields") : undefined} />
          <Note tone="info">
            <p>{t("work_stays")}</p>
          </Note>
          <div class="buttons">
            <button class="btn btn-primary btn-lg" disabled={act.busy}>
              {t("save")}
            </button>
            {Object.keys(fields).length > 0 && !typing.found && (
              <DiscardButton
                onSure={() => {
                  discard();
                  goBack("families");
                }}
              />
            )}
          </div>
        </form>
      )}
    </Await>
  );
}
