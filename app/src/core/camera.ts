// The tablet's camera and what reads QR codes in its pictures: the browser itself where it can,
// else a decoder that is fetched then.
type Reader = (video: HTMLVideoElement) => Promise<string | null>;

interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

/** Pictures are made no larger than this before they are looked at. */
const SIDE_MAX = 800;

/** Why there is no picture. */
export type CameraTrouble = "refused" | "none" | "busy" | "no_reader";

export class CameraError extends Error {
  constructor(readonly trouble: CameraTrouble) {
    super(trouble);
  }
}

async function byBrowser(): Promise<Reader | null> {
  const Class = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (Class === undefined) return null;
  try {
    // Some have the class and no format at all.
    if (!(await Class.getSupportedFormats()).includes("qr_code")) return null;
    const detector = new Class({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
  } catch {
    return null;
  }
}

async function byDecoder(): Promise<Reader> {
  const { readQr } = (await import(SCAN_URL)) as typeof import("../scan");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return (video) => {
    const scale = Math.min(1, SIDE_MAX / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    if (context === null || canvas.width === 0 || canvas.height === 0) return Promise.resolve(null);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    return Promise.resolve(readQr(context.getImageData(0, 0, canvas.width, canvas.height)));
  };
}

export async function qrReader(): Promise<Reader> {
  const reader = await byBrowser();
  if (reader !== null) return reader;
  try {
    return await byDecoder();
  } catch {
    throw new CameraError("no_reader");
  }
}

/** The camera that looks away from whoever holds the tablet, if there are two. */
export async function openCamera(): Promise<MediaStream> {
  // An address that is not https has no cameras at all.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) throw new CameraError("none");
  try {
    return await devices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (name === "NotAllowedError" || name === "SecurityError") throw new CameraError("refused");
    throw new CameraError(name === "NotReadableError" || name === "AbortError" ? "busy" : "none");
  }
}

export function closeCamera(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** The bundler puts the decoder's address here. */
declare const SCAN_URL: string;
