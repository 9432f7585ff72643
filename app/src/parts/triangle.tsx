// The picture of a child's world: a triangle with the child, the family and the environment as its
// sides, a spoke for each sub-dimension, and a closed line for each time. A line differs from the
// others in its dashes and its points, too: not everybody tells colours apart, and paper has none.
import type { JSX } from "preact";
import { RATINGS, type Assessment, type Dimension, type Side } from "../core/child";
import { t, type Word } from "../words";

type Point = [number, number];

/** The triangle and the codes around it, and no more. */
const VIEW = "30 34 340 296";
const CENTRE: Point = [200, 222];
const RADIUS = 168;
const MAX = RATINGS.length;

/** The corners, clockwise from the top; each side goes on to the next corner. */
const CORNERS: Point[] = [-90, 30, 150].map((degrees) => {
  const angle = (degrees * Math.PI) / 180;
  return [CENTRE[0] + RADIUS * Math.cos(angle), CENTRE[1] + RADIUS * Math.sin(angle)];
});
export const SIDES: { side: Side; word: Word }[] = [
  { side: "child", word: "side_child" },
  { side: "environment", word: "side_environment" },
  { side: "family", word: "side_family" },
];

const between = (a: Point, b: Point, share: number): Point => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
];
const corner = (n: number): Point => CORNERS[n % 3] ?? CENTRE;

interface Spoke {
  code: string;
  end: Point;
}

/** Where the spoke of each sub-dimension ends: on its side, as far apart as the side allows. */
export function spokesOf(dimensions: Dimension[]): Spoke[] {
  return SIDES.flatMap(({ side }, n) => {
    const own = dimensions.filter((one) => one.side === side);
    return own.map((one, at) => ({
      code: one.code,
      end: between(corner(n), corner(n + 1), (at + 0.5) / own.length),
    }));
  });
}

const path = (points: Point[]): string =>
  points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");

/** A shape of its own for each time. */
function Dot(props: { at: Point; n: number }): JSX.Element {
  const [x, y] = props.at;
  const r = 4.5;
  if (props.n === 0) return <circle cx={x} cy={y} r={r} />;
  if (props.n === 1) return <rect x={x - r} y={y - r} width={2 * r} height={2 * r} />;
  return <polygon points={path([[x, y - r - 1], [x + r + 1, y + r], [x - r - 1, y + r]])} />;
}

export function Triangle(props: {
  dimensions: Dimension[];
  times: Assessment[];
  chosen: string;
}): JSX.Element {
  const spokes = spokesOf(props.dimensions);
  return (
    <svg
      class="triangle"
      viewBox={VIEW}
      role="img"
      aria-label={t("child_picture")}
    >
      {RATINGS.map((rating) => (
        <polygon
          key={rating}
          class={rating === MAX ? "rim" : "ring"}
          points={path(CORNERS.map((one) => between(CENTRE, one, rating / MAX)))}
        />
      ))}
      {spokes.map(({ code, end }) => {
        const label = between(CENTRE, end, 1.13);
        return (
          <g key={code}>
            <line class="ring" x1={CENTRE[0]} y1={CENTRE[1]} x2={end[0]} y2={end[1]} />
            <text x={label[0]} y={label[1] + 4}>
              {code}
            </text>
          </g>
        );
      })}
      {props.times.map((time, n) => {
        const points = spokes.flatMap(({ code, end }): Point[] => {
          const value = time.ratings.get(code)?.value;
          return value ? [between(CENTRE, end, value / MAX)] : [];
        });
        if (points.length === 0) return null;
        const shown = time.time === props.chosen ? " chosen" : "";
        return (
          <g key={time.time} class={`time time-${n}${shown}`}>
            <polygon points={path(points)} />
            {points.map((point, at) => (
              <Dot key={at} at={point} n={n} />
            ))}
          </g>
        );
      })}
    </svg>
  );
}

/** Which line is which time, and how many of its sub-dimensions are rated. */
export function Legend(props: { times: Assessment[]; of: number }): JSX.Element {
  return (
    <ul class="triangle-legend">
      {props.times.map((time, n) => (
        <li key={time.time}>
          <svg viewBox="0 0 44 16" aria-hidden="true" class={`time time-${n}`}>
            <line x1="2" y1="8" x2="42" y2="8" />
            <Dot at={[22, 8]} n={n} />
          </svg>
          {time.label}
          <small>{t("child_rated", { n: rated(time), all: props.of })}</small>
        </li>
      ))}
    </ul>
  );
}

const rated = (time: Assessment): number =>
  [...time.ratings.values()].filter((one) => one.value !== null).length;
