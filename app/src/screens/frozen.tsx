// A frozen report as it was, and what came afterwards.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { read } from "../core/core";
import { useAct, useLoad } from "../core/hooks";
import type { Frozen, ReportPage } from "../core/report";
import type { RecordLine } from "../core/types";
import { Tables } from "../parts/figures";
import { Await, Failed, Note, Row, Section, Title } from "../parts/parts";
import { to } from "../router";
import { t, type Word } from "../words";
import { frozenNote } from "./reports";

interface Compared {
  same: boolean;
  differences: { table: string; labels: string[]; measure: string; then: string; now: string }[];
  late: RecordLine[];
  changed: RecordLine[];
  gone: RecordLine[];
}

export function FrozenScreen(props: { id: string }): JSX.Element {
  const load = useLoad(
    () => read<ReportPage & { frozen: Frozen }>("report.show", { record: props.id }),
    props.id,
  );
  const [compared, setCompared] = useState<Compared | null>(null);
  const act = useAct();
  const compare = (): void =>
    void act.run(async () => {
      setCompared(await read<Compared>("report.compare", { record: props.id }));
    });
  return (
    <Await of={load}>
      {(page) => (
        <>
          <Title
            text={`${page.code} · ${page.title}`}
            lead={frozenNote(page.frozen)}
            back={["reports"]}
          />
          <div class="buttons">
            <button
              type="button"
              class="btn btn-primary"
              disabled={act.busy}
              onClick={compare}
            >
              {t("compare")}
            </button>
            <button type="button" class="btn btn-outline-primary" onClick={() => print()}>
              {t("print")}
            </button>
          </div>
          <Failed error={act.failure} />
          {compared && <Comparison compared={compared} page={page} />}
          <Tables page={page} />
        </>
      )}
    </Await>
  );
}

const KINDS: [keyof Compared & ("late" | "changed" | "gone"), Word][] = [
  ["late", "compared_late"],
  ["changed", "compared_changed"],
  ["gone", "compared_gone"],
];

/** A figure's table and column in the words of the report. */
function placeOf(page: ReportPage, table: string, measure: string): [string, string] {
  const named = page.tables.find((one) => one.name === table);
  if (named?.heads.length === 0) {
    const line = named.rows.find((row) => row.cells.some((one) => one.measure === measure));
    return [named.title, line?.labels[0] ?? measure];
  }
  const cells = named?.rows[0]?.cells ?? [];
  const at = cells.findIndex((one) => one.measure === measure);
  const several = cells.filter((one) => one.measure === measure).length > 1;
  return [named?.title ?? table, several ? "" : (named?.heads[at] ?? measure)];
}

function Comparison(props: { compared: Compared; page: ReportPage }): JSX.Element {
  const { compared, page } = props;
  if (compared.same) return <Note tone="success" live>{t("compared_same")}</Note>;
  return (
    <>
      <Note tone="warning" title={t("compared_differs")} live>
        <ul>
          {compared.differences.map((one, at) => {
            const [table, column] = placeOf(page, one.table, one.measure);
            return (
              <li key={at}>
                {[table, ...one.labels, column].filter(Boolean).join(" · ")}: {one.then} →{" "}
                <strong>{one.now}</strong>
              </li>
            );
          })}
        </ul>
      </Note>
      {KINDS.map(
        ([kind, word]) =>
          compared[kind].length > 0 && (
            <Section key={kind} title={t(word)} count={compared[kind].length}>
              <ul class="rows">
                {compared[kind].map((one) => (
                  <Row
                    key={one.id}
                    icon="page"
                    href={to("record", one.id)}
                    title={one.title ?? one.short}
                  />
                ))}
              </ul>
            </Section>
          ),
      )}
    </>
  );
}
