// The files of a form: photos and documents, and a signature.
import type { JSX } from "preact";
import type { FormData, Typing } from "../form/draft";
import { Section } from "../parts/parts";
import { t } from "../words";
import { Gallery } from "./gallery";
import { holderOfDraft, isFile, isOfFiles } from "./holder";
import { SIGNATURE_WORDS, SignatureField } from "./sign";

/** Whether a form shows this field among its files, not among its other fields. */
export function isShownWithFiles(form: FormData, name: string): boolean {
  return (
    isOfFiles(name) ||
    (SIGNATURE_WORDS.has(name) && form.type.fields.some((one) => one.kind === "blob"))
  );
}

export function FileFields(props: { form: FormData; typing: Typing }): JSX.Element | null {
  const { form, typing } = props;
  const fields = form.type.fields.filter(isFile);
  if (fields.length === 0) return null;
  const holder = holderOfDraft(form.draft, typing, form.record);
  return (
    <>
      {fields.map((field) =>
        field.kind === "blob" ? (
          <SignatureField
            key={field.name}
            field={field}
            form={form}
            holder={holder}
            typing={typing}
          />
        ) : (
          <Section key={field.name} title={field.label}>
            {form.record && <p class="help">{t("files_of_record_help")}</p>}
            <Gallery holder={holder} field={field} />
          </Section>
        ),
      )}
    </>
  );
}
