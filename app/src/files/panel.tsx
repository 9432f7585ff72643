// The files of a saved record: photos and documents, and its signature.
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { read } from "../core/core";
import { useAct, useLoad } from "../core/hooks";
import type { FieldType, RecordType, WholeRecord } from "../core/types";
import { Icon } from "../parts/icons";
import { Failed, Mark, Note, Section } from "../parts/parts";
import { language, t } from "../words";
import { Gallery, Where } from "./gallery";
import {
  filesOfRecord,
  holderOfRecord,
  isFile,
  referencesIn,
  type HeldFile,
  type Holder,
} from "./holder";
import { Thumb } from "./shown";

interface Held {
  type: RecordType;
  files: Map<string, HeldFile[]>;
}

const types = new Map<string, Promise<RecordType>>();

/** The types do not change while the app is open. */
async function typeOf(name: string): Promise<RecordType> {
  const key = `${language()} ${name}`;
  const known =
    types.get(key) ??
    read<{ type: RecordType }>("schema.type", { type: name }).then((reply) => reply.type);
  types.set(key, known);
  known.catch(() => types.delete(key));
  return known;
}

async function load(record: WholeRecord): Promise<Held> {
  const type = await typeOf(record.type);
  const files = type.fields.some(isFile)
    ? await filesOfRecord(record.id)
    : new Map<string, HeldFile[]>();
  return { type, files };
}

export function FilesPanel(props: {
  record: WholeRecord;
  /** Where nothing is added: beside a question that is decided. */
  only?: boolean;
  /** A field that is shown elsewhere. */
  except?: string;
  onSign?: (() => void) | undefined;
}): JSX.Element | null {
  const { record } = props;
  const { data } = useLoad(() => load(record), record.id);
  if (!data) return null;
  const whole = holderOfRecord(record, data.type, data.files);
  const holder = props.only ? { ...whole, mayChange: false } : whole;
  const shown = data.type.fields.filter(
    (field) =>
      isFile(field) &&
      field.name !== props.except &&
      (holder.mayChange || holder.files(field.name).length > 0),
  );
  return (
    <>
      {shown.map((field) => (
        <Section
          key={field.name}
          title={field.label}
          count={holder.files(field.name).length}
          screenOnly={holder.files(field.name).length === 0}
        >
          {field.kind === "blobs" ? (
            <Gallery holder={holder} field={field} />
          ) : (
            <Signature holder={holder} field={field} record={record} onSign={props.onSign} />
          )}
        </Section>
      ))}
    </>
  );
}

/** One of two signatures that people gave without seeing the other's. */
export function SidePicture(props: { record: string; field: string; text: string }): JSX.Element {
  const { data } = useLoad(
    () => filesOfRecord(props.record),
    props.record + props.field + props.text,
  );
  const [reference = ""] = referencesIn(props.text);
  const file = data?.get(props.field)?.find((one) => one.reference === reference);
  const holder = { key: props.record, names: { record: props.record } };
  return file ? (
    <>
      <Thumb holder={holder} field={props.field} file={file} alt={t("signature_there")} />
      <Where file={file} />
    </>
  ) : (
    <p class="muted">{t("file_not_here")}</p>
  );
}

function Signature(props: {
  holder: Holder;
  field: FieldType;
  record: WholeRecord;
  onSign?: (() => void) | undefined;
}): JSX.Element {
  const { holder, field, record } = props;
  const [removed, setRemoved] = useState<HeldFile | null>(null);
  const act = useAct();
  const files = holder.files(field.name);
  // Of a visit the first two; of a pact who of the household or of the service it is, and as what.
  const who = ["signer_name", "signer_role", "member", "user_id", "role"]
    .map((name) => record.fields[name]?.text)
    .filter(Boolean)
    .join(" · ");
  const note = record.fields["signature_note"]?.text;
  const take = (file: HeldFile, into: boolean): void =>
    void act.run(async () => {
      await holder.put(field, file.reference, into);
      setRemoved(into ? null : file);
    });
  const button = (label: ComponentChildren, onClick: () => void): JSX.Element => (
    <button
      type="button"
      class="btn btn-sm btn-outline-primary"
      disabled={act.busy}
      onClick={onClick}
    >
      {label}
    </button>
  );
  return (
    <>
      {files.length > 1 && <Mark tone="warning">{t("contested")}</Mark>}
      {files.map((file) => (
        <figure key={file.content} class="signature">
          <Thumb
            holder={holder}
            field={field.name}
            file={file}
            alt={who ? t("signature_of", { who }) : t("signature_there")}
          />
          <figcaption>
            {who || t("signer_unknown")}
            <Where file={file} />
          </figcaption>
        </figure>
      ))}
      {files.length === 0 && <p class="empty">{note || t("signature_none")}</p>}
      {removed && (
        <Note tone="neutral" live>
          <p>{t("signature_removed")}</p>
          {button(
            <>
              <Icon name="undo" />
              {t("file_put_back")}
            </>,
            () => take(removed, true),
          )}
        </Note>
      )}
      <Failed error={act.failure} />
      {holder.mayChange && (
        <div class="buttons">
          {props.onSign && button(t(files.length > 0 ? "sign_again" : "sign_now"), props.onSign)}
          {files.length === 1 && files[0] && (
            <SignatureOut file={files[0]} busy={act.busy} onOut={(file) => take(file, false)} />
          )}
        </div>
      )}
    </>
  );
}

function SignatureOut(props: {
  file: HeldFile;
  busy: boolean;
  onOut: (file: HeldFile) => void;
}): JSX.Element {
  return (
    <button
      type="button"
      class="btn btn-sm btn-link"
      disabled={props.busy}
      onClick={() => props.onOut(props.file)}
    >
      {t("signature_remove")}
    </button>
  );
}
