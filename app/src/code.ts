// Draws QR codes: a file of its own, which no first visit waits for.
import encodeQR from "qr";

/** Dark squares by rows; with enough to spare for a scratched screen. */
export function qrSquares(text: string): boolean[][] {
  const framed = encodeQR(text, "raw", { ecc: "medium", border: 1 });
  return framed.slice(1, -1).map((row) => row.slice(1, -1));
}
