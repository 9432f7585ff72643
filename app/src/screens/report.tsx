// One report: what it is asked with, its figures, the records behind one of them, and its files.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { read, requestId, write } from "../core/core";
import { useAct, useLoad } from "../core/hooks";
import type { Given, Parameter, ReportLine, ReportPage } from "../core/report";
import { loadTerritories, type Territories } from "../core/territory";
import type { Dossier, Identity, RecordLine } from "../core/types";
import { Behind, Tables, type Asked } from "../parts/figures";
import { saveFile } from "../parts/file";
import { Await, Failed, Note, Title } from "../parts/parts";
import { TerritoryField } from "../parts/territory";
import { go } from "../router";
import { language, t } from "../words";

const TERRITORY = "territory";

interface Asking {
  report: ReportLine;
  territories: Territories | null;
  targets: Map<string, RecordLine[]>;
}

async function loadAsking(code: string): Promise<Asking> {
  const { reports } = await read<{ reports: ReportLine[] }>("report.list");
  const report = reports.find((one) => one.code === code || one.name === code);
  if (!report) throw new Error(t("report_unknown", { code }));
  const targets = new Map<string, RecordLine[]>();
  for (const { target } of report.parameters) {
    if (!target || targets.has(target)) continue;
    const { records } = await read<{ records: RecordLine[] }>("record.list", {
      type: target,
      limit: 500,
    });
    targets.set(target, records);
  }
  const asksWhere = report.parameters.some((one) => one.name === TERRITORY);
  return { report, targets, territories: asksWhere ? await loadTerritories() : null };
}

export function ReportScreen(props: { code: string; me: Identity }): JSX.Element {
  const load = useLoad(() => loadAsking(props.code), props.code);
  return (
    <Await of={load}>{(asking) => <Question asking={asking} me={props.me} />}</Await>
  );
}

/** Of one record to choose from, that one. */
function first(asking: Asking): Given {
  const given: Given = {};
  for (const one of asking.report.parameters) {
    const only = one.target ? asking.targets.get(one.target) : undefined;
    if (one.required && only?.length === 1 && only[0]) given[one.name] = only[0].id;
  }
  return given;
}

function filled(given: Given): Given {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));
}

function Question(props: { asking: Asking; me: Identity }): JSX.Element {
  const { report, targets, territories } = props.asking;
  const [given, setGiven] = useState<Given>(() => first(props.asking));
  const lacks = report.parameters.some((one) => one.required && !given[one.name]);
  const [run, setRun] = useState<Given | null>(lacks ? null : filled(given));
  return (
    <>
      <Title text={`${report.code} · ${report.label}`} lead={report.help} back={["reports"]} />
      <form
        class="block"
        onSubmit={(event) => {
          event.preventDefault();
          setRun(filled(given));
        }}
      >
        <div class="two">
          {report.parameters.map((one) =>
            one.name === TERRITORY && territories ? (
              <TerritoryField
                key={one.name}
                id={`p-${one.name}`}
                label={one.label}
                territories={territories}
                value={given[one.name] ?? ""}
                onInput={(value) => setGiven({ ...given, [one.name]: value })}
              />
            ) : (
              <ParameterField
                key={one.name}
                parameter={one}
                options={one.target ? (targets.get(one.target) ?? []) : null}
                value={given[one.name] ?? ""}
                onInput={(value) => setGiven({ ...given, [one.name]: value })}
              />
            ),
          )}
        </div>
        <button class="btn btn-primary" disabled={lacks}>
          {t("report_run")}
        </button>
        {lacks && <p class="help">{t("report_lacks")}</p>}
      </form>
      {run && <Result report={report} given={run} me={props.me} />}
    </>
  );
}

function ParameterField(props: {
  parameter: Parameter;
  options: RecordLine[] | null;
  value: string;
  onInput: (value: string) => void;
}): JSX.Element {
  const { parameter, value, onInput } = props;
  const id = `p-${parameter.name}`;
  const options =
    parameter.codes?.map((one) => ({ id: one.code, label: one.label })) ??
    props.options?.map((one) => ({ id: one.id, label: one.title }));
  return (
    <div class="field">
      <label for={id}>
        {parameter.label}
        {parameter.required && <span class="needed"> ({t("required")})</span>}
      </label>
      {options ? (
        <select
          id={id}
          class="form-control"
          value={value}
          onChange={(event) => onInput(event.currentTarget.value)}
        >
          <option value="">{parameter.required ? t("choose") : t("report_all")}</option>
          {options.map((one) => (
            <option key={one.id} value={one.id}>
              {one.label}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          class="form-control"
          type={parameter.kind === "date" ? "date" : "text"}
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </div>
  );
}

function Result(props: { report: ReportLine; given: Given; me: Identity }): JSX.Element {
  const { report, given, me } = props;
  const [asked, setAsked] = useState<Asked | null>(null);
  const load = useLoad(
    () => read<ReportPage>("report.run", { report: report.code, with: given }),
    JSON.stringify([report.code, given, language()]),
  );
  return (
    <Await of={load}>
      {(page) => (
        <>
          <Files report={report} given={given} />
          <Tables page={page} onAsk={setAsked} />
          {asked && (
            <Behind page={page} given={given} asked={asked} onClose={() => setAsked(null)} />
          )}
          {me.role === "coordinator" && page.holds && <Freeze report={report} given={given} />}
        </>
      )}
    </Await>
  );
}

function Files(props: { report: ReportLine; given: Given }): JSX.Element {
  const act = useAct();
  const keep = (format: "csv" | "html"): void =>
    void act.run(async () => {
      const { content } = await read<{ content: string }>("report.export", {
        report: props.report.code,
        with: props.given,
        format,
      });
      const day = new Date().toISOString().slice(0, 10);
      saveFile(content, `${props.report.code}-${day}.${format}`);
    });
  return (
    <>
      <div class="buttons">
        <button type="button" class="btn btn-sm btn-outline-primary" onClick={() => print()}>
          {t("print")}
        </button>
        {(["csv", "html"] as const).map((format) => (
          <button
            key={format}
            type="button"
            class="btn btn-sm btn-outline-primary"
            disabled={act.busy}
            onClick={() => keep(format)}
          >
            {t("download", { what: format.toUpperCase() })}
          </button>
        ))}
      </div>
      <Failed error={act.failure} />
    </>
  );
}

const KEEPERS = new Set(["project", "network", "office"]);

/** What is sent to a funder stays as it was sent. */
function Freeze(props: { report: ReportLine; given: Given }): JSX.Element {
  const load = useLoad(() => read<{ dossiers: Dossier[] }>("dossier.list"), "keepers");
  const [keeper, setKeeper] = useState("");
  const [sentTo, setSentTo] = useState("");
  const [request] = useState(requestId());
  const act = useAct();
  const freeze = (event: Event): void => {
    event.preventDefault();
    void act.run(async () => {
      const { record } = await write<{ record: { id: string } }>(
        "report.freeze",
        {
          report: props.report.code,
          with: props.given,
          dossier: keeper,
          ...(sentTo.trim() && { sent_to: sentTo.trim() }),
        },
        request,
      );
      go("frozen", record.id);
    });
  };
  const keepers = (load.data?.dossiers ?? []).filter((one) => KEEPERS.has(one.type));
  return (
    <details class="block">
      <summary>{t("freeze")}</summary>
      <p class="muted">{t("freeze_why")}</p>
      {keepers.length === 0 ? (
        <Note tone="info">
          <p>{t("freeze_nowhere")}</p>
        </Note>
      ) : (
        <form onSubmit={freeze}>
          <div class="two">
            <div class="field">
              <label for="keeper">{t("freeze_where")}</label>
              <select
                id="keeper"
                class="form-control"
                required
                value={keeper}
                onChange={(event) => setKeeper(event.currentTarget.value)}
              >
                <option value="">{t("choose")}</option>
                {keepers.map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.title}
                  </option>
                ))}
              </select>
            </div>
            <div class="field">
              <label for="sent-to">{t("freeze_to")}</label>
              <input
                id="sent-to"
                class="form-control"
                value={sentTo}
                onInput={(event) => setSentTo(event.currentTarget.value)}
              />
            </div>
          </div>
          <Failed error={act.failure} />
          <button class="btn btn-primary" disabled={act.busy || !keeper}>
            {t("freeze_now")}
          </button>
        </form>
      )}
    </details>
  );
}
