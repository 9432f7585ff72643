// A file as it is seen: its picture, or what it is called; and one large, over everything.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { bytes } from "../format";
import { saveFile } from "../parts/file";
import { Icon } from "../parts/icons";
import { Failed, Note } from "../parts/parts";
import { t } from "../words";
import { contentOf, type HeldFile, type Holder } from "./holder";

const isPicture = (type: string): boolean => type.startsWith("image/");
const isHere = (file: HeldFile): boolean => file.state !== "elsewhere" && file.state !== "unknown";

type Named = Pick<Holder, "key" | "names">;

interface Opened {
  /** An address of this page alone, gone with it. */
  url: string | null;
  error: Error | null;
}

/** Opens what is sealed, for as long as it is shown. */
function useOpened(holder: Named, field: string, file: HeldFile): Opened {
  const [opened, setOpened] = useState<Opened>({ url: null, error: null });
  const here = isHere(file) && isPicture(file.type);
  useEffect(() => {
    if (!here) return undefined;
    let url: string | null = null;
    let isOver = false;
    contentOf(holder.names, field, file.content).then(
      (content) => {
        if (isOver) return;
        url = URL.createObjectURL(new Blob([content], { type: file.type }));
        setOpened({ url, error: null });
      },
      (error: Error) => {
        if (!isOver) setOpened({ url: null, error });
      },
    );
    return () => {
      isOver = true;
      if (url !== null) URL.revokeObjectURL(url);
    };
  }, [holder.key, field, file.content, here]);
  return opened;
}

export function altOf(holder: Holder, file: HeldFile, number: number): string {
  return holder.caption(file.content) || t("photo_no_caption", { n: number });
}

/** What it is, in words: `foto, 310 kB`. */
export function kindOf(file: HeldFile): string {
  const what = isPicture(file.type)
    ? t("file_picture")
    : file.type === "application/pdf"
      ? "PDF"
      : file.type.startsWith("audio/")
        ? t("file_audio")
        : t("file_other");
  return `${what}, ${bytes(file.size)}`;
}

/** Small, as a button if it can be looked at. */
export function Thumb(props: {
  holder: Named;
  field: string;
  file: HeldFile;
  alt: string;
  onOpen?: (() => void) | undefined;
}): JSX.Element {
  const { file } = props;
  const [isBroken, setBroken] = useState(false);
  const { url, error } = useOpened(props.holder, props.field, file);
  const opens = props.onOpen !== undefined && isHere(file);
  const words = isBroken
    ? t("photo_broken")
    : (error?.message ?? (isHere(file) ? kindOf(file) : t("file_not_here")));
  const picture =
    url !== null && !isBroken ? (
      <img src={url} alt={opens ? "" : props.alt} onError={() => setBroken(true)} />
    ) : (
      <span class="thumb-none">
        <Icon name={error || isBroken ? "warn" : isHere(file) ? "page" : "offline"} />
        <span>{words}</span>
      </span>
    );
  return opens ? (
    <button type="button" class="thumb" onClick={props.onOpen}>
      <span class="visually-hidden">{t("photo_open", { what: props.alt })}</span>
      {picture}
    </button>
  ) : (
    <div class="thumb">{picture}</div>
  );
}

const ENDINGS: Record<string, string> = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/svg+xml": "svg",
  "application/pdf": "pdf",
  "text/plain": "txt",
};

/** The caption, if it is a file's name; else one that says nothing of a person. */
function nameOf(holder: Holder, file: HeldFile): string {
  const caption = holder.caption(file.content).replace(/[^\p{L}\p{N}._ -]/gu, "");
  if (/\.[A-Za-z0-9]{2,5}$/.test(caption)) return caption;
  return `insieme-${file.content.slice(0, 8)}.${ENDINGS[file.type] ?? "bin"}`;
}

/** One large; the arrow keys go to the others, Esc closes. */
export function Viewer(props: {
  holder: Holder;
  field: string;
  files: HeldFile[];
  at: number;
  onMove: (at: number) => void;
  onClose: () => void;
}): JSX.Element | null {
  const { holder, files, at } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState<Error | null>(null);
  const file = files[at];
  useEffect(() => dialog.current?.showModal(), []);
  if (!file) return null;
  const move = (by: number): void => {
    if (files[at + by]) props.onMove(at + by);
  };
  const save = (): void =>
    void contentOf(holder.names, props.field, file.content).then(
      (content) => saveFile(content, nameOf(holder, file)),
      setError,
    );
  const alt = altOf(holder, file, at + 1);
  return (
    <dialog
      ref={dialog}
      class="viewer"
      aria-label={alt}
      onClose={props.onClose}
      onKeyDown={(event) => {
        if (event.key === "ArrowRight") move(1);
        else if (event.key === "ArrowLeft") move(-1);
      }}
    >
      <div class="viewer-bar">
        <p aria-live="polite">
          {t("photo_of", { n: at + 1, all: files.length })}
          <small>{kindOf(file)}</small>
        </p>
        <button
          type="button"
          class="icon-button"
          aria-label={t("close")}
          onClick={() => dialog.current?.close()}
        >
          <Icon name="close" />
        </button>
      </div>
      <Large key={file.content} holder={holder} field={props.field} file={file} alt={alt} />
      <p class="viewer-caption">{holder.caption(file.content) || t("no_caption")}</p>
      <Failed error={error} />
      <div class="buttons">
        <button
          type="button"
          class="btn btn-outline-primary"
          disabled={at === 0}
          onClick={() => move(-1)}
        >
          {t("photo_before")}
        </button>
        <button
          type="button"
          class="btn btn-outline-primary"
          disabled={at + 1 >= files.length}
          onClick={() => move(1)}
        >
          {t("photo_after")}
        </button>
        <button type="button" class="btn btn-link" onClick={save}>
          {t("file_save_copy")}
        </button>
      </div>
      <p class="help">{t("file_save_copy_help")}</p>
    </dialog>
  );
}

function Large(props: {
  holder: Holder;
  field: string;
  file: HeldFile;
  alt: string;
}): JSX.Element {
  const { url, error } = useOpened(props.holder, props.field, props.file);
  const [isBroken, setBroken] = useState(false);
  if (error) return <Failed error={error} />;
  if (isBroken || !isPicture(props.file.type)) {
    return (
      <Note tone={isBroken ? "warning" : "info"}>
        <p>{t(isBroken ? "photo_broken" : "file_no_picture")}</p>
      </Note>
    );
  }
  if (url === null) {
    return <p class="empty">{t(isHere(props.file) ? "loading" : "file_not_here")}</p>;
  }
  return <img class="viewer-picture" src={url} alt={props.alt} onError={() => setBroken(true)} />;
}
