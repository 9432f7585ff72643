// The few pictures of the app, drawn here: strokes in the colour of the text around them.
import type { JSX } from "preact";

const shapes = {
  today:
    "M7 3v3M17 3v3M4 9h16M5 5h14a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1z",
  families: "M3 11l9-7 9 7M6 9v11h12V9M10 20v-6h4v6",
  search: "M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM16 16l5 5",
  send: "M4 12l16-8-6 16-3-6zM11 14l9-10",
  news: "M6 17V11a6 6 0 1 1 12 0v6l2 2H4zM10 21h4",
  review: "M12 4v16M5 7h14M5 7l-3 7h6zM19 7l-3 7h6zM8 20h8",
  tablet: "M6 3h12a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2",
  back: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  add: "M12 5v14M5 12h14",
  done: "M5 13l4 4L19 7",
  clock: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 8v4l3 2",
  offline: "M3 3l18 18M2 9a15 15 0 0 1 6-4M5 13a10 10 0 0 1 4-3M9 17a4 4 0 0 1 6 0M12 20h0",
  warn: "M12 4l9 16H3zM12 10v4M12 17h0",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z",
  draft: "M5 19l1-4L16 5l3 3L9 18zM14 7l3 3",
  person: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4 20a8 8 0 0 1 16 0",
  team:
    "M9 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM3 19a6 6 0 0 1 12 0M16 5a3 3 0 0 1 0 6M17 14a5 5 0 0 1 4 5",
  target: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6z",
  hands: "M4 12l4-4 4 3 4-3 4 4-8 8z",
  page: "M6 3h9l4 4v14H6zM14 3v5h5M9 13h7M9 17h7",
  camera: "M4 8h4l2-3h4l2 3h4v11H4zM12 10a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7z",
  undo: "M9 6L4 11l5 5M4 11h10a5 5 0 0 1 0 10h-2",
  close: "M6 6l12 12M18 6L6 18",
  more: "M4 6h16M4 12h16M4 18h16",
  report: "M4 20h16M6 20v-6h3v6M11 20V6h3v14M16 20V10h3v10",
} as const;

export type IconName = keyof typeof shapes;

export function Icon(props: { name: IconName }): JSX.Element {
  return (
    <svg class="pic" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={shapes[props.name]} />
    </svg>
  );
}
