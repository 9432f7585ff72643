// The photos and files of one field: small, each with its words and the truth about where it is.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useAct, usePicture } from "../core/hooks";
import { syncNow } from "../core/sync";
import type { FieldType } from "../core/types";
import { Icon } from "../parts/icons";
import { Failed, Mark, Note, type Tone } from "../parts/parts";
import { t } from "../words";
import { AddFiles } from "./add";
import type { FileState, HeldFile, Holder } from "./holder";
import { altOf, Thumb, Viewer } from "./shown";

const TONES: Record<FileState, Tone> = {
  drafted: "neutral",
  here: "info",
  both: "success",
  elsewhere: "warning",
  refused: "danger",
  unknown: "warning",
};

export function Gallery(props: { holder: Holder; field: FieldType }): JSX.Element {
  const { holder, field } = props;
  const files = holder.files(field.name);
  const [open, setOpen] = useState<number | null>(null);
  const [removed, setRemoved] = useState<HeldFile | null>(null);
  const act = useAct();
  const take = (file: HeldFile, into: boolean): void =>
    void act.run(async () => {
      await holder.put(field, file.reference, into);
      setRemoved(into ? null : file);
    });
  return (
    <div class="gallery" id={`f-${field.name}`}>
      {files.length > 0 && (
        <ul class="files">
          {files.map((file, n) => (
            <li key={file.content} class="file">
              <Thumb
                holder={holder}
                field={field.name}
                file={file}
                alt={altOf(holder, file, n + 1)}
                onOpen={() => setOpen(n)}
              />
              <Caption holder={holder} file={file} number={n + 1} />
              <Where file={file} />
              {holder.mayChange && (
                <button
                  type="button"
                  class="btn btn-sm btn-link"
                  aria-label={t("file_remove_what", { what: altOf(holder, file, n + 1) })}
                  disabled={act.busy}
                  onClick={() => take(file, false)}
                >
                  {t("file_remove")}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {removed && (
        <Note tone="neutral" live>
          <p>{t("file_removed")}</p>
          <button
            type="button"
            class="btn btn-sm btn-outline-primary"
            disabled={act.busy}
            onClick={() => take(removed, true)}
          >
            <Icon name="undo" />
            {t("file_put_back")}
          </button>
        </Note>
      )}
      <Failed error={act.failure} />
      {holder.mayChange && <AddFiles holder={holder} field={field} held={files} />}
      {open !== null && (
        <Viewer
          holder={holder}
          field={field.name}
          files={files}
          at={open}
          onMove={setOpen}
          onClose={() => setOpen(null)}
        />
      )}
    </div>
  );
}

/** Only on this tablet, on the server, or not here yet: then it can be fetched now. */
export function Where(props: { file: HeldFile }): JSX.Element {
  const { file } = props;
  const { running, online } = usePicture();
  return (
    <div class="file-where">
      <Mark tone={TONES[file.state]}>
        {file.state === "drafted" ? t("file_in_draft") : file.text}
      </Mark>
      {file.why && <p class="help help-problem">{file.why}</p>}
      {file.state === "elsewhere" && (
        <button
          type="button"
          class="btn btn-sm btn-outline-primary no-print"
          disabled={running || !online}
          onClick={() => void syncNow(true, true)}
        >
          {t(running ? "syncing" : online ? "file_fetch" : "file_fetch_offline")}
        </button>
      )}
    </div>
  );
}

function Caption(props: { holder: Holder; file: HeldFile; number: number }): JSX.Element {
  const { holder, file } = props;
  const words = holder.caption(file.content);
  const [typed, setTyped] = useState<string | null>(null);
  const act = useAct();
  if (!holder.mayChange) return <p class="file-caption">{words || t("no_caption")}</p>;
  const id = `caption-${file.content.slice(0, 16)}`;
  const keep = (): void => {
    if (typed === null || typed.trim() === words) return setTyped(null);
    void act.run(async () => {
      await holder.setCaption(file.content, typed);
      setTyped(null);
    });
  };
  return (
    <div class="file-caption">
      <label class="visually-hidden" for={id}>
        {t("caption_of", { n: props.number })}
      </label>
      <input
        id={id}
        class="form-control no-print"
        placeholder={t("caption")}
        maxLength={300}
        value={typed ?? words}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onBlur={keep}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault(); // a form around it is not saved by this
          keep();
        }}
      />
      <p class="print-only">{words}</p>
      <Failed error={act.failure} />
    </div>
  );
}
