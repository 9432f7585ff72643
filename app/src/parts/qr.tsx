// A text as a code for a camera.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../words";

/** The bundler puts the address of the drawing file here. */
declare const CODE_URL: string;

const BORDER = 4; // what readers need around it

/** One path of all dark squares: rows of them as one stroke each. */
function pathOf(squares: boolean[][]): string {
  let path = "";
  squares.forEach((row, y) => {
    for (let x = 0; x < row.length; ++x) {
      if (!row[x]) continue;
      let end = x;
      while (row[end + 1]) ++end;
      path += `M${x + BORDER} ${y + BORDER}h${end - x + 1}v1h-${end - x + 1}z`;
      x = end;
    }
  });
  return path;
}

/** Always dark on light: not every camera reads the contrary. */
export function QrCode(props: { text: string; label: string }): JSX.Element {
  const [squares, setSquares] = useState<boolean[][] | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let wanted = true;
    import(CODE_URL).then(
      (drawn: { qrSquares: (text: string) => boolean[][] }) => {
        if (wanted) setSquares(drawn.qrSquares(props.text));
      },
      () => setFailed(true),
    );
    return () => {
      wanted = false;
    };
  }, [props.text]);
  if (failed) return <p class="help">{t("steer_qr_failed")}</p>;
  if (squares === null) return <p class="empty">{t("loading")}</p>;
  const size = squares.length + 2 * BORDER;
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={props.label}>
      <rect width={size} height={size} fill="#fff" />
      <path d={pathOf(squares)} fill="#000" />
    </svg>
  );
}
