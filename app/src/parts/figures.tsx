// A report on the screen: tables, bars, whether it adds up, and the records behind a figure.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useLoad } from "../core/hooks";
import {
  barsOf,
  recordsBehind,
  type Figure,
  type FigureTable,
  type Given,
  type ReportPage,
} from "../core/report";
import { Await, Empty, Note, Row, Section } from "./parts";
import { to } from "../router";
import { count, t } from "../words";

export interface Asked {
  table: FigureTable;
  figure: Figure;
}

export function Tables(props: {
  page: ReportPage;
  onAsk?: (asked: Asked) => void;
}): JSX.Element {
  const { page } = props;
  return (
    <>
      {page.parameters.length > 0 && (
        <p class="muted">
          {page.parameters.map((one) => `${one.label}: ${one.text}`).join(" · ")}
        </p>
      )}
      <Checks page={page} />
      {page.tables.map((table) => (
        <Section key={table.name} title={table.title}>
          {table.help && <p class="muted">{table.help}</p>}
          <Bars table={table} onAsk={props.onAsk} />
          <Table table={table} onAsk={props.onAsk} />
          {table.notes.map((note) => (
            <p class="muted" key={note}>
              {note}
            </p>
          ))}
        </Section>
      ))}
      {page.source && <p class="muted">{t("report_source", { source: page.source })}</p>}
    </>
  );
}

function Checks(props: { page: ReportPage }): JSX.Element {
  const { checks, holds } = props.page;
  const broken = checks.filter((one) => !one.holds);
  if (holds) return <Note tone="success">{count(checks.length, "check_one", "check_many")}</Note>;
  return (
    <Note tone="danger" title={t("checks_broken")} live={false}>
      <ul>
        {broken.map((one) => (
          <li key={one.name}>
            {one.label}: {one.left} ≠ {one.right}
          </li>
        ))}
      </ul>
    </Note>
  );
}

/** The same as the table below says, so that nobody is read it twice. */
function Bars(props: {
  table: FigureTable;
  onAsk: ((asked: Asked) => void) | undefined;
}): JSX.Element | null {
  const { table, onAsk } = props;
  // Where the report does not ask for a picture, whoever looks may.
  const [column, setColumn] = useState(table.bars ? 0 : -1);
  const id = useId();
  // Of a list of figures no column can be drawn: one counts people, the next one hours.
  if (table.heads.length === 0 && !table.bars) return null;
  if (table.rows.filter((row) => row.level === "group").length < 2) return null;
  const bars = column < 0 ? [] : barsOf(table, column);
  return (
    <>
      <div class="chart-of no-print">
        <label for={id}>{t("chart_of")}</label>
        <select
          id={id}
          class="form-control"
          value={column}
          onChange={(event) => setColumn(Number(event.currentTarget.value))}
        >
          <option value={-1}>{t("chart_none")}</option>
          {table.heads.map((head, at) => (
            <option key={at} value={at}>
              {head}
            </option>
          ))}
        </select>
      </div>
      {column >= 0 && bars.length === 0 && <p class="muted">{t("chart_empty")}</p>}
      <div class="bars" aria-hidden="true">
        {bars.map((bar) => (
          <div
            key={bar.label}
            class={onAsk && bar.figure?.records ? "bar-opens" : undefined}
            onClick={() =>
              bar.figure?.records ? onAsk?.({ table, figure: bar.figure }) : undefined
            }
          >
            <span class="bar-label">{bar.label}</span>
            <svg viewBox="0 0 100 10" preserveAspectRatio="none">
              <rect width={bar.share * 100} height="10" />
            </svg>
            <span class="bar-text">{bar.text}</span>
          </div>
        ))}
      </div>
    </>
  );
}

/** A table is turned where it would be wider than long: one line of it for each figure. */
const WIDE = 7;
const isTurned = (table: FigureTable): boolean =>
  table.heads.length > WIDE && table.rows.length < table.heads.length;

interface TableProps {
  table: FigureTable;
  onAsk: ((asked: Asked) => void) | undefined;
}

function Table(props: TableProps): JSX.Element {
  const { table } = props;
  if (table.rows.length === 0) return <Empty>{t("report_empty")}</Empty>;
  return (
    <div class="figures" role="region" aria-label={table.title} tabIndex={0}>
      {isTurned(table) ? <Turned {...props} /> : <Upright {...props} />}
    </div>
  );
}

function Upright(props: TableProps): JSX.Element {
  const { table, onAsk } = props;
  // A list of figures has labels, and no heads over anything.
  const isList = table.heads.length === 0 && table.label_heads.length === 0;
  return (
    <table>
      {!isList && (
        <thead>
          <tr>
            {table.label_heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
            {table.heads.map((head, at) => (
              <th key={at} scope="col" class="amount">
                {head}
              </th>
            ))}
          </tr>
        </thead>
      )}
      <tbody>
        {table.rows.map((row, at) => (
          <tr key={at} class={`figures-${row.level}`}>
            {row.labels.map((label, column) =>
              column === 0 ? (
                <th key={column} scope="row">
                  {label}
                </th>
              ) : (
                <td key={column}>{label}</td>
              ),
            )}
            {row.cells.map((figure, column) => (
              <td key={column} class="amount">
                <Cell table={table} figure={figure} onAsk={onAsk} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Turned(props: TableProps): JSX.Element {
  const { table, onAsk } = props;
  return (
    <table>
      <thead>
        <tr>
          <td>{table.label_heads.join(" · ")}</td>
          {table.rows.map((row, at) => (
            <th key={at} scope="col" class={`amount figures-${row.level}`}>
              {row.labels.filter(Boolean).join(" · ")}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.heads.map((head, column) => (
          <tr key={column}>
            <th scope="row">{head}</th>
            {table.rows.map((row, at) => (
              <td key={at} class={`amount figures-${row.level}`}>
                {row.cells[column] && (
                  <Cell table={table} figure={row.cells[column]} onAsk={onAsk} />
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell(props: {
  table: FigureTable;
  figure: Figure;
  onAsk: ((asked: Asked) => void) | undefined;
}): JSX.Element {
  const { table, figure, onAsk } = props;
  if (!onAsk || figure.hidden || figure.records === 0) return <>{figure.text}</>;
  return (
    <button type="button" onClick={() => onAsk({ table, figure })}>
      {figure.text}
      <span class="visually-hidden"> {count(figure.records, "behind_one", "behind_many")}</span>
    </button>
  );
}

const SHOWN = 200;

export function Behind(props: {
  page: ReportPage;
  given: Given;
  asked: Asked;
  onClose: () => void;
}): JSX.Element {
  const { page, given, asked } = props;
  const key = JSON.stringify([asked.table.name, asked.figure, given]);
  const load = useLoad(() => recordsBehind(page, given, asked.table, asked.figure), key);
  return (
    <BehindPanel asked={asked} of={key} onClose={props.onClose}>
      <Await of={load}>
        {({ records }) => (
          <LinesBehind lines={records}>
            {(one) => (
              <Row
                key={one.id}
                icon="page"
                href={to("record", one.id)}
                title={one.title ?? one.short}
              />
            )}
          </LinesBehind>
        )}
      </Await>
    </BehindPanel>
  );
}

/** Under the tables; who asks what stands behind a figure is led there. `of`: what was asked. */
export function BehindPanel(props: {
  asked: Asked;
  of: string;
  onClose: () => void;
  children: ComponentChildren;
}): JSX.Element {
  const { asked } = props;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    place.current?.focus();
    place.current?.scrollIntoView({ block: "start" });
  }, [props.of]);
  return (
    <div class="behind" tabIndex={-1} ref={place}>
      <Section
        title={t("behind", { figure: asked.figure.text, table: asked.table.title })}
        action={
          <button type="button" class="btn btn-sm btn-outline-primary" onClick={props.onClose}>
            {t("close")}
          </button>
        }
      >
        {props.children}
      </Section>
    </div>
  );
}

export function LinesBehind<T>(props: {
  lines: T[];
  children: (line: T) => JSX.Element;
}): JSX.Element {
  const { lines } = props;
  if (lines.length === 0) return <Empty>{t("nothing_here")}</Empty>;
  return (
    <>
      <ul class="rows">{lines.slice(0, SHOWN).map(props.children)}</ul>
      {lines.length > SHOWN && (
        <p class="muted">{t("behind_more", { n: lines.length - SHOWN })}</p>
      )}
    </>
  );
}
