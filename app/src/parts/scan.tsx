// The invitation by the tablet's camera: nothing is sent or kept, a picture is looked at and gone.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { CameraError, closeCamera, openCamera, qrReader, type CameraTrouble } from "../core/camera";
import { invitationIn } from "../core/invitation";
import { t, type Word } from "../words";
import { Icon } from "./icons";
import { Note } from "./parts";

const LOOK_MS = 200;

const WORDS: Record<CameraTrouble, Word> = {
  refused: "scan_refused",
  none: "scan_none",
  busy: "scan_busy",
  no_reader: "scan_no_reader",
};

export function ScanInvitation(props: { onFound: (code: string) => void }): JSX.Element {
  const [looking, setLooking] = useState(false);
  const [word, setWord] = useState<Word | null>(null);
  const video = useRef<HTMLVideoElement>(null);

  useEffect(() => {
    if (!looking) return undefined;
    let wanted = true;
    let timer = 0;
    let stream: MediaStream | null = null;
    const end = (said: Word | null): void => {
      wanted = false;
      clearTimeout(timer);
      closeCamera(stream);
      setLooking(false);
      setWord(said);
    };
    const begin = async (): Promise<void> => {
      // Whoever refuses the camera need not wait for a decoder.
      stream = await openCamera();
      const shown = video.current;
      if (!wanted || shown === null) return closeCamera(stream);
      shown.srcObject = stream;
      await shown.play();
      const read = await qrReader();
      const look = async (): Promise<void> => {
        if (!wanted) return;
        const text = await read(shown).catch(() => null);
        if (!wanted) return;
        const code = text === null ? "" : invitationIn(text);
        if (code !== "") {
          end("scan_found");
          props.onFound(code);
          return;
        }
        if (text !== null) setWord("scan_other");
        timer = window.setTimeout(() => void look(), LOOK_MS);
      };
      await look();
    };
    begin().catch((error: unknown) => {
      if (wanted) end(WORDS[error instanceof CameraError ? error.trouble : "none"]);
    });
    // A camera that looks on behind another app is none that anybody wants.
    const hidden = (): void => {
      if (document.hidden) end(null);
    };
    document.addEventListener("visibilitychange", hidden);
    return () => {
      wanted = false;
      clearTimeout(timer);
      closeCamera(stream);
      document.removeEventListener("visibilitychange", hidden);
    };
  }, [looking]);

  const isGood = word === "scan_found";
  return (
    <div class="scan">
      {looking ? (
        <>
          <video
            ref={video}
            class="scan-picture"
            playsInline
            muted
            aria-label={t("scan_picture")}
          />
          <p class="help">{t("scan_how")}</p>
          <button
            type="button"
            class="btn btn-outline-secondary wide"
            onClick={() => setLooking(false)}
          >
            {t("scan_stop")}
          </button>
        </>
      ) : (
        <button
          type="button"
          class="btn btn-outline-primary wide"
          onClick={() => {
            setWord(null);
            setLooking(true);
          }}
        >
          <Icon name="camera" />
          {t("scan_start")}
        </button>
      )}
      {word !== null && (
        <Note tone={isGood ? "success" : "warning"} live>
          <p>{t(word)}</p>
        </Note>
      )}
    </div>
  );
}
