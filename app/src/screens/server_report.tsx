// A report that the server computes: asked for over the network, with its figures, what stands
// behind them, a file and paper. Without a network it says so, and what can be done.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { read } from "../core/core";
import { useLoad } from "../core/hooks";
import type { Given, ReportPage } from "../core/report";
import {
  behindAtServer,
  pageCsv,
  runAtServer,
  type Behind,
  type ServerReport,
} from "../core/server_report";
import { loadTerritories, type Territories } from "../core/territory";
import type { Dossier } from "../core/types";
import { BehindPanel, LinesBehind, Tables, type Asked } from "../parts/figures";
import { Select } from "../parts/finding";
import { Await, Mark, Row, Title } from "../parts/parts";
import { TerritoryField } from "../parts/territory";
import { to } from "../router";
import { language, t, type Word } from "../words";
import { FromServer, TakeAway } from "./steer/frame";

interface Asking {
  territories: Territories;
  dossiers: Dossier[];
}

async function loadAsking(): Promise<Asking> {
  const [territories, { dossiers }] = await Promise.all([
    loadTerritories(),
    read<{ dossiers: Dossier[] }>("dossier.list"),
  ]);
  return { territories, dossiers };
}

export function ServerReportScreen(props: { report: ServerReport }): JSX.Element {
  const { report } = props;
  const load = useLoad(loadAsking, "server-report");
  return (
    <>
      <Title
        text={`${report.code} · ${t(report.label)}`}
        lead={t(report.help)}
        back={["reports"]}
      >
        <Mark tone="info">{t("report_from_server")}</Mark>
      </Title>
      <Await of={load}>
        {(asking) => <Question key={report.code} report={report} asking={asking} />}
      </Await>
    </>
  );
}

const filled = (given: Given): Given =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim() !== ""));

function Question(props: { report: ServerReport; asking: Asking }): JSX.Element {
  const { report, asking } = props;
  const [given, setGiven] = useState<Given>({});
  const [run, setRun] = useState<{ given: Given; round: number } | null>(null);
  const set = (name: string, value: string): void => setGiven({ ...given, [name]: value });
  return (
    <>
      <form
        class="block no-print"
        onSubmit={(event) => {
          event.preventDefault();
          setRun({ given: filled(given), round: (run?.round ?? 0) + 1 });
        }}
      >
        <div class="two">
          <Input name="from" word="report_from" type="date" given={given} onInput={set} />
          <Input name="to" word="report_to" type="date" given={given} onInput={set} />
          <TerritoryField
            id="server-territory"
            label={t("steer_territory")}
            territories={asking.territories}
            value={given["territory"] ?? ""}
            onInput={(value) => set("territory", value)}
          />
          {report.more === "body" && (
            <Input name="body" word="report_body" type="text" given={given} onInput={set} />
          )}
          {report.more === "dossier" && (
            <Select
              id="server-dossier"
              label={t("report_dossier")}
              all={t("report_all")}
              value={given["dossier"] ?? ""}
              options={asking.dossiers.map((one): [string, string] => [one.id, one.title])}
              onChange={(value) => set("dossier", value)}
            />
          )}
        </div>
        <button class="btn btn-primary">{t("report_run")}</button>
      </form>
      {run && (
        <Answer
          key={run.round}
          report={report}
          given={run.given}
          dossiers={asking.dossiers}
        />
      )}
    </>
  );
}

function Input(props: {
  name: string;
  word: Word;
  type: string;
  given: Given;
  onInput: (name: string, value: string) => void;
}): JSX.Element {
  const id = `server-${props.name}`;
  return (
    <div class="field">
      <label for={id}>{t(props.word)}</label>
      <input
        id={id}
        class="form-control"
        type={props.type}
        maxLength={64}
        value={props.given[props.name] ?? ""}
        onInput={(event) => props.onInput(props.name, event.currentTarget.value)}
      />
    </div>
  );
}

function Answer(props: {
  report: ServerReport;
  given: Given;
  dossiers: Dossier[];
}): JSX.Element {
  const { report, given, dossiers } = props;
  const [asked, setAsked] = useState<Asked | null>(null);
  const load = useLoad(
    () => runAtServer(report.code, given),
    JSON.stringify([report.code, given, language()]),
    true, // the server reads all its documents for it
  );
  return (
    <FromServer of={load}>
      {(page: ReportPage) => (
        <>
          <TakeAway name={report.code} content={() => pageCsv(page)} />
          <Tables page={page} onAsk={setAsked} />
          {asked && (
            <BehindIt
              key={JSON.stringify([asked.table.name, asked.figure])}
              report={report}
              given={given}
              asked={asked}
              dossiers={dossiers}
              onClose={() => setAsked(null)}
            />
          )}
        </>
      )}
    </FromServer>
  );
}

function BehindIt(props: {
  report: ServerReport;
  given: Given;
  asked: Asked;
  dossiers: Dossier[];
  onClose: () => void;
}): JSX.Element {
  const { report, given, asked } = props;
  const load = useLoad(
    () => behindAtServer(report.code, given, asked.table, asked.figure),
    JSON.stringify([report.code, given, asked.table.name, asked.figure, language()]),
    true,
  );
  return (
    <BehindPanel asked={asked} of={report.code} onClose={props.onClose}>
      <FromServer of={load}>
        {(behind) => <Lines behind={behind} dossiers={props.dossiers} />}
      </FromServer>
    </BehindPanel>
  );
}

/** What is about a dossier that is here leads to it. */
function Lines(props: { behind: Behind; dossiers: Dossier[] }): JSX.Element {
  const titles = new Map(props.dossiers.map((one) => [one.id, one.title]));
  return (
    <LinesBehind lines={props.behind.records}>
      {(one) => {
        const title = one.dossier ? titles.get(one.dossier) : undefined;
        if (one.dossier && title !== undefined) {
          return (
            <Row
              key={one.id}
              icon="page"
              href={to("dossier", one.dossier)}
              title={one.title}
              note={title}
            />
          );
        }
        return (
          <li key={one.id} class="row-plain">
            <span class="row-text">
              <span class="row-title">{one.title}</span>
            </span>
          </li>
        );
      }}
    </LinesBehind>
  );
}
