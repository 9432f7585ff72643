// Which reports there are, and which were frozen.
import type { JSX } from "preact";
import { nameOf } from "../core/colleagues";
import { read } from "../core/core";
import { useLoad } from "../core/hooks";
import type { Frozen, ReportLine } from "../core/report";
import { isPractice } from "../core/practice";
import { SERVER_REPORTS } from "../core/server_report";
import { Await, Empty, Mark, Row, Section, Title } from "../parts/parts";
import { to } from "../router";
import { t } from "../words";

/** `asks`: whom the server tells; `office`: who administers and sees no family. */
export function Reports(props: { asks: boolean; office: boolean }): JSX.Element {
  // A practice has no server.
  const asked = isPractice()
    ? []
    : SERVER_REPORTS.filter((one) => props.asks || (props.office && one.forOffice));
  const load = useLoad(
    () =>
      Promise.all([
        read<{ reports: ReportLine[] }>("report.list"),
        read<{ frozen: Frozen[] }>("report.frozen"),
      ]),
    "reports",
  );
  return (
    <>
      <Title text={t("reports")} lead={t("reports_lead")} />
      <Await of={load}>
        {([{ reports }, { frozen }]) => (
          <>
            <ul class="rows">
              {reports.map((one) => (
                <Row
                  key={one.name}
                  icon="report"
                  href={to("report", one.code)}
                  title={`${one.code} · ${one.label}`}
                  note={one.help}
                />
              ))}
              {asked.map((one) => (
                <Row
                  key={one.code}
                  icon="report"
                  href={to("report", one.code)}
                  title={`${one.code} · ${t(one.label)}`}
                  note={t("report_server_help", { help: t(one.help) })}
                  mark={<Mark tone="info">{t("report_from_server")}</Mark>}
                />
              ))}
            </ul>
            <Section title={t("frozen")} count={frozen.length}>
              {frozen.length === 0 && <Empty>{t("frozen_none")}</Empty>}
              <ul class="rows">
                {frozen.map((one) => (
                  <Row
                    key={one.id}
                    icon="lock"
                    href={to("frozen", one.id)}
                    title={`${one.code} · ${one.title}`}
                    note={frozenNote(one)}
                  />
                ))}
              </ul>
            </Section>
          </>
        )}
      </Await>
    </>
  );
}

export function frozenNote(one: Frozen): string {
  const whom = one.sent_to ? t("frozen_to", { whom: one.sent_to }) : "";
  return [t("frozen_on", { on: one.frozen_on, who: nameOf(one.frozen_by) }), whom]
    .filter(Boolean)
    .join(" · ");
}
