// Between tablets where there is no network: a sealed copy given to a colleague, or taken from one.
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { ENDING, makeCopy, shareCopy, takeCopy, type Copied, type Received } from "../core/copy";
import { backFromCamera, openingCamera } from "../core/lock";
import { useAct, usePicture } from "../core/hooks";
import { language, t } from "../words";
import { saveFile } from "./file";
import { Icon } from "./icons";
import { Failed, Note, Section } from "./parts";

export function Copies(props: { account: string }): JSX.Element {
  const { status } = usePicture();
  const unsent = Number(status?.unsent ?? 0);
  return (
    <Section title={t("copies")}>
      <p class="muted">{t("copies_lead")}</p>
      {unsent > 0 && <Give account={props.account} />}
      <Take />
    </Section>
  );
}

function Give(props: { account: string }): JSX.Element {
  const act = useAct();
  const [done, setDone] = useState("");
  /** Made, and given to nobody. */
  const [kept, setKept] = useState<Copied | null>(null);
  const save = (copy: Copied): void => {
    saveFile(copy.file, copy.file.name);
    setKept(null);
    setDone(t("copy_saved", { n: copy.changes }));
  };
  const give = (): void =>
    void act.run(async () => {
      const copy = await makeCopy(props.account, "all");
      openingCamera(); // another app comes before this one for a moment
      const shared = await shareCopy(copy).finally(backFromCamera);
      setDone(shared === "shared" ? t("copy_shared", { n: copy.changes }) : "");
      setKept(shared === "cancelled" ? copy : null);
      if (shared === "impossible") save(copy);
    });
  return (
    <>
      <button
        type="button"
        class="btn btn-outline-primary wide"
        disabled={act.busy}
        onClick={give}
      >
        <Icon name="hands" />
        {t("copy_give")}
      </button>
      <Failed error={act.failure} />
      {kept && (
        <Note tone="warning" title={t("copy_not_given")} live>
          <button type="button" class="btn btn-outline-primary" onClick={() => save(kept)}>
            {t("copy_save_it")}
          </button>
        </Note>
      )}
      {done && (
        <Note tone="success" live>
          <p>{done}</p>
        </Note>
      )}
    </>
  );
}

function Take(): JSX.Element {
  const act = useAct();
  const input = useRef<HTMLInputElement>(null);
  const [taken, setTaken] = useState<Received | "too_large" | null>(null);
  const take = (file: File | undefined): void => {
    backFromCamera();
    if (!file) return;
    setTaken(null);
    void act.run(async () => setTaken((await takeCopy(file)) ?? "too_large"));
    if (input.current) input.current.value = ""; // the same file may be chosen again
  };
  return (
    <>
      <label class="btn btn-outline-primary wide" for="copy-take" onClick={openingCamera}>
        <Icon name="add" />
        {t("copy_take")}
      </label>
      <input
        id="copy-take"
        ref={input}
        class="visually-hidden"
        type="file"
        accept={ENDING}
        disabled={act.busy}
        onChange={(event) => take(event.currentTarget.files?.[0])}
      />
      <Failed error={act.failure} />
      {taken !== null && <Taken taken={taken} />}
    </>
  );
}

function Taken(props: { taken: Received | "too_large" }): JSX.Element {
  const { taken } = props;
  if (taken === "too_large") {
    return (
      <Note tone="danger">
        <p>{t("copy_too_large")}</p>
      </Note>
    );
  }
  const refused = taken.refused.map((one) =>
    language() === "en" ? one.message_en : one.message_it,
  );
  return (
    <>
      <Note tone="success" live>
        <p>
          {taken.fresh === "0"
            ? t("copy_known")
            : t("copy_taken", { n: taken.applied, carried: taken.carried })}
        </p>
      </Note>
      {refused.length > 0 && (
        <Note tone="warning">
          {refused.map((one) => (
            <p key={one}>{one}</p>
          ))}
        </Note>
      )}
    </>
  );
}
