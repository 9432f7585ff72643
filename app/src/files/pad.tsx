// Where somebody signs with a finger, a pen or a mouse.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../parts/icons";
import { t } from "../words";
import { draw, SHEET, withPoint, type Stroke } from "./ink";

export function SignaturePad(props: {
  label: string;
  described: string;
  begun: readonly Stroke[];
  /** After each stroke; none: nothing is signed. */
  onChange: (strokes: readonly Stroke[]) => void;
}): JSX.Element {
  const [strokes, setStrokes] = useState(props.begun);
  const canvas = useRef<HTMLCanvasElement>(null);
  /** Before each stroke, and before the sheet was cleared: all of it can be taken back. */
  const earlier = useRef<(readonly Stroke[])[]>(props.begun.map((_, n) => props.begun.slice(0, n)));
  const shown = useRef(strokes);
  const live = useRef<{ pointer: number; stroke: Stroke } | null>(null);

  const redraw = (): void => {
    if (canvas.current === null) return;
    const under = live.current === null ? [] : [live.current.stroke];
    draw(canvas.current, [...shown.current, ...under]);
  };
  const show = (next: readonly Stroke[]): void => {
    shown.current = next;
    setStrokes(next);
    redraw();
    props.onChange(next);
  };
  const change = (next: readonly Stroke[]): void => {
    earlier.current.push(shown.current);
    show(next);
  };
  // As many pixels as the glass has, also after it was turned or zoomed.
  useEffect(() => {
    const sheet = canvas.current;
    if (sheet === null) return undefined;
    const fit = (): void => {
      sheet.width = Math.round(sheet.clientWidth * devicePixelRatio);
      sheet.height = Math.round(sheet.clientHeight * devicePixelRatio);
      redraw();
    };
    fit();
    const watcher = new ResizeObserver(fit);
    watcher.observe(sheet);
    return () => watcher.disconnect();
  }, []);

  const add = (event: PointerEvent): void => {
    const sheet = canvas.current;
    if (sheet === null || live.current === null) return;
    const place = sheet.getBoundingClientRect();
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length > 0 ? all : [event]) {
      live.current.stroke = withPoint(
        live.current.stroke,
        ((one.clientX - place.left) / place.width) * SHEET.width,
        ((one.clientY - place.top) / place.height) * SHEET.height,
      );
    }
    redraw();
  };
  const begin = (event: JSX.TargetedPointerEvent<HTMLCanvasElement>): void => {
    if (!event.isPrimary || event.button !== 0) return; // the ball of the hand signs nothing
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    live.current = { pointer: event.pointerId, stroke: [] };
    add(event);
  };
  const go = (event: PointerEvent): void => {
    if (event.pointerId === live.current?.pointer) add(event);
  };
  const end = (event: PointerEvent): void => {
    if (event.pointerId !== live.current?.pointer) return;
    const { stroke } = live.current;
    live.current = null;
    change([...shown.current, stroke]);
  };
  const back = (): void => {
    const last = earlier.current.pop();
    if (last) show(last);
  };
  return (
    <div class="sign">
      <canvas
        ref={canvas}
        class="sign-sheet"
        role="img"
        aria-label={`${props.label}: ${t(strokes.length > 0 ? "signed_some" : "signed_none")}`}
        aria-describedby={props.described}
        onPointerDown={begin}
        onPointerMove={go}
        onPointerUp={end}
        onPointerCancel={end}
      />
      <div class="buttons">
        <button
          type="button"
          class="btn btn-sm btn-outline-primary"
          disabled={earlier.current.length === 0}
          onClick={back}
        >
          <Icon name="undo" />
          {t("sign_undo")}
        </button>
        <button
          type="button"
          class="btn btn-sm btn-outline-secondary"
          disabled={strokes.length === 0}
          onClick={() => change([])}
        >
          {t("sign_clear")}
        </button>
      </div>
    </div>
  );
}
