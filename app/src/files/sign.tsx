// A signature in a form: drawn, with who signs and as what; or why it is not drawn here.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { requestId } from "../core/core";
import { useAct } from "../core/hooks";
import type { FieldType, Json } from "../core/types";
import { Choice } from "../form/field";
import type { FormData, Typing } from "../form/draft";
import { Failed } from "../parts/parts";
import { t } from "../words";
import { contentOf, fileOf, referencesIn, type Holder } from "./holder";
import { fromSvg, toSvg, type Stroke } from "./ink";
import { SignaturePad } from "./pad";
import { Thumb } from "./shown";

/** Fields of the same record that say who signed; a type may lack them. */
const WHO = { name: "signer_name", role: "signer_role", note: "signature_note" };
export const SIGNATURE_WORDS = new Set(Object.values(WHO));

const INK = "image/svg+xml";

/** What the draft holds of it already: a browser that was killed loses no stroke that was ended. */
async function begunIn(holder: Holder, field: string): Promise<Stroke[]> {
  const [file] = holder.files(field);
  if (!file || file.type !== INK) return [];
  const bytes = await contentOf(holder.names, field, file.content);
  return fromSvg(new TextDecoder().decode(bytes)) ?? [];
}

export function SignatureField(props: {
  field: FieldType;
  form: FormData;
  holder: Holder;
  typing: Typing;
}): JSX.Element {
  const { field, form, holder, typing } = props;
  const [begun, setBegun] = useState<Stroke[] | null>(null);
  const [again, setAgain] = useState(false);
  const act = useAct();
  const wanted = useRef<readonly Stroke[] | null>(null);
  const turn = useRef(Promise.resolve());
  const id = `f-${field.name}`;
  const [earlier] = referencesIn(form.record?.fields[field.name]?.text ?? "");

  const keepOne = async (strokes: readonly Stroke[]): Promise<void> => {
    if (strokes.length === 0) {
      typing.set(field.name, earlier ?? null); // nothing is signed: never an empty sheet
      return typing.flush();
    }
    const content = new Blob([toSvg(strokes)]);
    await holder.add(field.name, { content, type: INK }, requestId());
  };
  /** The last state counts: while one is kept, others may come. */
  const keepWanted = (): Promise<void> => {
    const work = async (): Promise<void> => {
      while (wanted.current !== null) {
        const next = wanted.current;
        wanted.current = null;
        try {
          await keepOne(next);
        } catch (error) {
          wanted.current ??= next; // tried again with the next stroke, and before the visit ends
          throw error;
        }
      }
    };
    turn.current = turn.current.catch(() => undefined).then(work);
    return turn.current;
  };
  useEffect(() => {
    begunIn(holder, field.name).then(setBegun, () => setBegun([]));
    return typing.beforeCommit(keepWanted);
  }, []);
  const keep = (strokes: readonly Stroke[]): void => {
    wanted.current = strokes;
    void act.run(keepWanted);
  };
  const isShown = earlier !== undefined && !again && !(field.name in typing.typed);
  return (
    <fieldset class="field" id={id}>
      <legend>{field.label}</legend>
      <p class="help" id={`${id}-help`}>
        {t("sign_help")}
      </p>
      <Words form={form} typing={typing} />
      {isShown && form.record ? (
        <div class="sign">
          <Thumb
            holder={{ ...holder, key: form.record.id, names: { record: form.record.id } }}
            field={field.name}
            file={fileOf(earlier, "both")}
            alt={t("signature_there")}
          />
          <button
            type="button"
            class="btn btn-sm btn-outline-primary"
            onClick={() => setAgain(true)}
          >
            {t("sign_again")}
          </button>
        </div>
      ) : (
        begun !== null && (
          <SignaturePad
            label={field.label}
            described={`${id}-help`}
            begun={begun}
            onChange={keep}
          />
        )
      )}
      <Failed error={act.failure} title={t("signature_not_kept")} />
      <Paper form={form} typing={typing} />
    </fieldset>
  );
}

function of(form: FormData, name: string): FieldType | undefined {
  return form.type.fields.find((one) => one.name === name && !one.retired);
}
function textIn(form: FormData, typing: Typing, name: string): string {
  const value: Json = name in typing.typed
    ? (typing.typed[name] ?? null)
    : (form.record?.fields[name]?.value ?? null);
  return typeof value === "string" ? value : "";
}

/** Who signs, and as what. */
function Words(props: { form: FormData; typing: Typing }): JSX.Element | null {
  const { form, typing } = props;
  const name = of(form, WHO.name);
  const role = of(form, WHO.role);
  const people = form.targets.get("member") ?? [];
  if (!name || !role) return null;
  return (
    <div class="two">
      <div class="field">
        <label for="signer">{name.label}</label>
        <input
          id="signer"
          class="form-control"
          list="signers"
          autocomplete="off"
          maxLength={120}
          value={textIn(form, typing, WHO.name)}
          onInput={(event) => typing.set(WHO.name, event.currentTarget.value || null)}
        />
        <datalist id="signers">
          {people.map((one) => (
            <option key={one.id} value={one.title} />
          ))}
        </datalist>
      </div>
      <fieldset class="field">
        <legend>{role.label}</legend>
        <div class="choices">
          {(role.codes ?? []).map((one) => (
            <Choice
              key={one.code}
              type="radio"
              name="signer-role"
              label={one.label}
              checked={textIn(form, typing, WHO.role) === one.code}
              onChange={() => typing.set(WHO.role, one.code)}
            />
          ))}
        </div>
      </fieldset>
    </div>
  );
}

/** For whoever cannot or will not draw on glass, and for a keyboard. */
function Paper(props: { form: FormData; typing: Typing }): JSX.Element | null {
  const { form, typing } = props;
  const note = of(form, WHO.note);
  if (!note) return null;
  return (
    <div class="field">
      <label for="signature-note">{note.label}</label>
      <input
        id="signature-note"
        class="form-control"
        maxLength={500}
        aria-describedby="signature-note-help"
        value={textIn(form, typing, WHO.note)}
        onInput={(event) => typing.set(WHO.note, event.currentTarget.value || null)}
      />
      <p class="help" id="signature-note-help">
        {note.help}
      </p>
    </div>
  );
}
