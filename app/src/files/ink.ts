// A signature as strokes on a sheet of its own measure, so that it is drawn sharp at any size. It
// is kept as an SVG picture, which is small and which any program shows.

export const SHEET = { width: 1000, height: 400 };
/** x and y in turn, whole numbers of the sheet. */
export type Stroke = readonly number[];

const NIB = 5;
/** A hand that rests on the glass must not fill the store. */
const POINTS_MAX = 20_000;
const NEAR = 3;

const HEAD =
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SHEET.width} ${SHEET.height}">` +
  `<path fill="none" stroke="#000" stroke-width="${NIB}" stroke-linecap="round" ` +
  `stroke-linejoin="round" d="`;
const TAIL = `"/></svg>`;

export function toSvg(strokes: readonly Stroke[]): string {
  const path = strokes.map((stroke) => {
    const points: string[] = [];
    for (let at = 0; at + 1 < stroke.length; at += 2) {
      points.push(`${stroke[at]} ${stroke[at + 1]}`);
    }
    // A dot is a line to where it began.
    return `M${points.join("L")}${points.length === 1 ? `L${points[0]}` : ""}`;
  });
  return HEAD + path.join("") + TAIL;
}

/** Nothing, if it is not one of ours: such a picture can be shown, and not gone on with. */
export function fromSvg(svg: string): Stroke[] | null {
  if (!svg.startsWith(HEAD) || !svg.endsWith(TAIL)) return null;
  const path = svg.slice(HEAD.length, -TAIL.length);
  if (!/^(M\d+ \d+(L\d+ \d+)*)*$/.test(path)) return null;
  return path
    .split("M")
    .slice(1)
    .map((stroke) => stroke.split(/[L ]/).map(Number));
}

/** The stroke with one more point, unless that says nothing new. */
export function withPoint(stroke: Stroke, x: number, y: number): Stroke {
  const within = (value: number, most: number): number =>
    Math.min(most, Math.max(0, Math.round(value)));
  const [atX, atY] = [within(x, SHEET.width), within(y, SHEET.height)];
  const [lastX, lastY] = stroke.slice(-2);
  const isNear =
    lastX !== undefined &&
    lastY !== undefined &&
    Math.abs(lastX - atX) < NEAR &&
    Math.abs(lastY - atY) < NEAR;
  return isNear || stroke.length >= 2 * POINTS_MAX ? stroke : [...stroke, atX, atY];
}

/** Onto a canvas, whatever its size. */
export function draw(canvas: HTMLCanvasElement, strokes: readonly Stroke[]): void {
  const pen = canvas.getContext("2d");
  if (pen === null) return;
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.setTransform(canvas.width / SHEET.width, 0, 0, canvas.height / SHEET.height, 0, 0);
  pen.lineWidth = NIB;
  pen.lineCap = "round";
  pen.lineJoin = "round";
  pen.strokeStyle = "#000";
  for (const stroke of strokes) {
    pen.beginPath();
    pen.moveTo(stroke[0] ?? 0, stroke[1] ?? 0);
    for (let at = 0; at + 1 < stroke.length; at += 2) {
      pen.lineTo(stroke[at] ?? 0, stroke[at + 1] ?? 0);
    }
    pen.stroke();
  }
}
