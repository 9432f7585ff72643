// Reads QR codes where the browser cannot: a file of its own, which no first visit waits for.
import decodeQR from "qr/decode.js";

/** The text of the code in a picture, or null if there is none to be read. */
export function readQr(picture: ImageData): string | null {
  try {
    return decodeQR(picture);
  } catch {
    return null; // no code, half of one, a shaking hand: the next picture shows more
  }
}
