// A chosen file as it is kept: a picture made smaller, anything else as it is.

/** Of the longest side; sharp when printed over a page, some 300 kB. */
const LONGEST = 1600;
const QUALITY = 0.85;
/** What the core takes of one file. */
const KEPT_BYTES_MAX = 20 * 1024 * 1024;
/** Larger pictures are not decoded: a tablet has little memory. */
const PICTURE_BYTES_MAX = 100 * 1024 * 1024;
const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+$/;
const MEDIA_TYPE_MAX = 64;
const ANY = "application/octet-stream";

export interface Kept {
  content: Blob;
  type: string;
}

/** `unreadable`: called a picture, and this browser cannot show it. */
export class NotKept extends Error {
  constructor(readonly why: "empty" | "too_large" | "unreadable") {
    super(why);
  }
}

/** One that a canvas can draw; an SVG has no pixels. */
export function isPhoto(type: string): boolean {
  return type.startsWith("image/") && type !== "image/svg+xml";
}

function plainType(file: File): string {
  const type = file.type.split(";")[0]?.trim() ?? "";
  return MEDIA_TYPE.test(type) && type.length <= MEDIA_TYPE_MAX ? type : ANY;
}

/**
 * Drawn anew, so that nothing is left of what a camera writes into its file: the place, the time,
 * its serial number, a thumbnail of what was cropped away.
 */
async function drawnAnew(file: File): Promise<Blob> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new NotKept("unreadable");
  }
  try {
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const pen = canvas.getContext("2d");
    if (pen === null) throw new NotKept("unreadable");
    pen.fillStyle = "#fff"; // what was transparent would be black
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const drawn = await new Promise<Blob | null>((done) =>
      canvas.toBlob(done, "image/jpeg", QUALITY),
    );
    canvas.width = 0; // gives its memory back at once
    if (drawn === null) throw new NotKept("unreadable");
    return drawn;
  } finally {
    bitmap.close();
  }
}

/** `asItIs`: also a picture that cannot be shown, with all that its file says. */
export async function prepare(file: File, asItIs = false): Promise<Kept> {
  if (file.size === 0) throw new NotKept("empty");
  if (isPhoto(file.type) && !asItIs) {
    if (file.size > PICTURE_BYTES_MAX) throw new NotKept("too_large");
    return { content: await drawnAnew(file), type: "image/jpeg" };
  }
  if (file.size > KEPT_BYTES_MAX) throw new NotKept("too_large");
  return { content: file, type: plainType(file) };
}

export async function base64Of(content: Blob): Promise<string> {
  const url = await new Promise<string>((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(content);
  });
  return url.slice(url.indexOf(",") + 1);
}

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; ++at) bytes[at] = text.charCodeAt(at);
  return bytes;
}
