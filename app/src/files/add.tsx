// Adding photos and files: one after the other, and none is forgotten before it is kept.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { requestId } from "../core/core";
import { backFromCamera, beforeLock, openingCamera } from "../core/lock";
import type { FieldType } from "../core/types";
import { bytes } from "../format";
import { Icon } from "../parts/icons";
import { Note, say } from "../parts/parts";
import { t } from "../words";
import type { HeldFile, Holder } from "./holder";
import { isPhoto, NotKept, prepare } from "./picture";

/** Beyond it a record is no longer a record but an album. */
const FILES_MAX = 50;

interface Waiting {
  /** The act of this file: tried again, it is not added twice. */
  act: string;
  file: File;
  /** Why it is not kept yet; nothing while it is its turn. */
  problem: string;
  /** The browser cannot show it: kept only if somebody says so. */
  asks: boolean;
}

function wordsOf(error: unknown): string {
  if (error instanceof NotKept) return t(`file_${error.why}`);
  return error instanceof Error ? error.message : String(error);
}

export function AddFiles(props: {
  holder: Holder;
  field: FieldType;
  held: HeldFile[];
}): JSX.Element {
  const { holder, field } = props;
  const [waiting, setWaiting] = useState<Waiting[]>([]);
  const turn = useRef(Promise.resolve());
  const latest = useRef(holder);
  latest.current = holder;
  /** What is not kept yet, also between two drawings of the screen. */
  const left = useRef(new Set<string>());
  useEffect(
    () =>
      holder.beforeCommit?.(async () => {
        await turn.current;
        if (left.current.size > 0) throw new Error(t("files_wait_here"));
      }),
    [],
  );

  useEffect(() => beforeLock(() => turn.current), []);

  const change = (act: string, next: Partial<Waiting> | null): void => {
    if (next === null) left.current.delete(act);
    setWaiting((all) =>
      all.flatMap((one) => (one.act !== act ? [one] : next === null ? [] : [{ ...one, ...next }])),
    );
  };
  const keep = async (one: Waiting, asItIs: boolean): Promise<void> => {
    change(one.act, { problem: "", asks: false });
    try {
      const kept = await prepare(one.file, asItIs);
      const content = await latest.current.add(field.name, kept, one.act);
      // Of a document its name says what it is; a camera's number says nothing.
      if (!isPhoto(one.file.type)) await latest.current.setCaption(content, one.file.name);
      change(one.act, null);
      say(t("file_kept"));
    } catch (error) {
      const asks = error instanceof NotKept && error.why === "unreadable";
      change(one.act, { problem: wordsOf(error), asks });
    }
  };
  const inTurn = (one: Waiting, asItIs = false): void => {
    turn.current = turn.current.then(() => keep(one, asItIs));
  };
  const chosen = (event: JSX.TargetedEvent<HTMLInputElement>): void => {
    backFromCamera();
    const files = [...(event.currentTarget.files ?? [])];
    event.currentTarget.value = ""; // the same one may be chosen again
    const room = FILES_MAX - props.held.length - waiting.length;
    const all = files.map((file, n) => ({
      act: requestId(),
      file,
      problem: n < room ? "" : t("file_too_many", { n: FILES_MAX }),
      asks: false,
    }));
    setWaiting((before) => [...before, ...all]);
    for (const one of all) {
      left.current.add(one.act);
      if (!one.problem) inTurn(one);
    }
  };
  return (
    <>
      {waiting.length > 0 && (
        <ul class="plain">
          {waiting.map((one) => (
            <li key={one.act}>
              <NotYet
                one={one}
                onKeep={(asItIs) => inTurn(one, asItIs)}
                onDrop={() => change(one.act, null)}
              />
            </li>
          ))}
        </ul>
      )}
      <div class="buttons">
        <label class="btn btn-outline-primary">
          <input
            type="file"
            class="visually-hidden"
            accept="image/*"
            capture="environment"
            onClick={openingCamera}
            onChange={chosen}
          />
          <Icon name="camera" />
          {t("photo_take")}
        </label>
        <label class="btn btn-outline-secondary">
          <input
            type="file"
            class="visually-hidden"
            multiple
            onClick={openingCamera}
            onChange={chosen}
          />
          <Icon name="page" />
          {t("file_choose")}
        </label>
      </div>
      <p class="help no-print">{t("photo_help")}</p>
    </>
  );
}

function NotYet(props: {
  one: Waiting;
  onKeep: (asItIs: boolean) => void;
  onDrop: () => void;
}): JSX.Element {
  const { one } = props;
  const what = `${one.file.name}, ${bytes(one.file.size)}`;
  if (!one.problem) {
    return (
      <p role="status" aria-busy="true">
        {t("file_keeping", { what })}
      </p>
    );
  }
  return (
    <Note tone="danger" title={t("file_not_kept", { what })}>
      <p>{one.problem}</p>
      <p>{t("file_not_kept_help")}</p>
      <div class="buttons">
        <button
          type="button"
          class="btn btn-sm btn-outline-primary"
          onClick={() => props.onKeep(one.asks)}
        >
          {t(one.asks ? "file_as_it_is" : "retry")}
        </button>
        <button type="button" class="btn btn-sm btn-outline-secondary" onClick={props.onDrop}>
          {t("file_drop")}
        </button>
      </div>
    </Note>
  );
}
