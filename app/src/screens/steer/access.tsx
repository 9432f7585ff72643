// Who looked at one dossier: what tablets were sent, what was written, what was opened and why.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { read } from "../../core/core";
import { useLoad } from "../../core/hooks";
import { csv, type AccessLine } from "../../core/steer";
import type { Code, Dossier } from "../../core/types";
import { clock, day } from "../../format";
import { Select } from "../../parts/finding";
import { Empty, Title } from "../../parts/parts";
import { t, type Word } from "../../words";
import { FromServer, TakeAway } from "./frame";

interface Log {
  title: string;
  lines: AccessLine[];
  more: boolean;
  purposes: Map<string, string>;
  sections: Map<string, string>;
}

const PAGE_MAX = 20;

/** The newest first, as many pages as were asked for. */
async function loadLog(dossier: string, pages: number): Promise<Log> {
  const [{ dossiers }, { purposes }] = await Promise.all([
    read<{ dossiers: (Dossier & { section_labels: string[] })[] }>("dossier.list"),
    read<{ purposes: Code[] }>("schema.types"),
  ]);
  const own = dossiers.find((one) => one.id === dossier);
  const lines: AccessLine[] = [];
  let more = true;
  for (let page = 0; more && page < pages; ++page) {
    const before = lines[lines.length - 1]?.number;
    const reply = await read<{ lines: AccessLine[]; more: boolean }>("steer.access", {
      dossier,
      ...(before ? { before } : {}),
    });
    lines.push(...reply.lines);
    more = reply.more;
  }
  return {
    title: own?.title ?? "",
    lines,
    more,
    purposes: new Map(purposes.map((one) => [one.code, one.label])),
    sections: new Map(
      (own?.sections ?? []).map((one, at) => [one, own?.section_labels[at] ?? one]),
    ),
  };
}

const KINDS: Record<AccessLine["kind"], Word> = {
  read: "steer_log_read",
  write: "steer_log_write",
  refused: "steer_log_refused",
  opened: "steer_log_opened",
};
const BASES: Record<string, Word> = {
  opened: "steer_basis_opened",
  assigned: "steer_basis_assigned",
  role: "steer_basis_role",
  team: "steer_basis_team",
  "hand-over": "steer_basis_hand_over",
  glass: "steer_basis_glass",
};

const when = (line: AccessLine): string => line.opened_at ?? line.at;

function why(line: AccessLine, log: Log): string {
  if (line.opened_for) return log.purposes.get(line.opened_for) ?? line.opened_for;
  const basis = BASES[line.purpose];
  return basis ? t(basis) : line.purpose || "–";
}

export function AccessScreen(props: { dossier: string }): JSX.Element {
  const [pages, setPages] = useState(1);
  const load = useLoad(() => loadLog(props.dossier, pages), `${props.dossier} ${pages}`);
  return (
    <>
      <Title
        text={t("steer_log")}
        lead={load.data?.title ?? t("steer_log_lead")}
        back={["dossier", props.dossier]}
      />
      <FromServer of={load}>
        {(log) => (
          <>
            <p class="muted">{t("steer_log_note")}</p>
            <Lines log={log} />
            {log.more && pages < PAGE_MAX && (
              <button
                type="button"
                class="btn btn-outline-primary no-print"
                onClick={() => setPages(pages + 1)}
              >
                {t("more")}
              </button>
            )}
          </>
        )}
      </FromServer>
    </>
  );
}

function Lines(props: { log: Log }): JSX.Element {
  const { log } = props;
  const [who, setWho] = useState("");
  const [kind, setKind] = useState("");
  const names = [...new Set(log.lines.map((one) => one.name))].sort();
  const lines = log.lines
    .filter((one) => (who === "" || one.name === who) && (kind === "" || one.kind === kind));
  const sections = (line: AccessLine): string =>
    line.sections.map((one) => log.sections.get(one) ?? one).join(", ");
  const heads: Word[] = [
    "steer_when", "steer_person", "steer_did", "steer_sections", "steer_because", "steer_device",
  ];
  const cells = (line: AccessLine): string[] => [
    `${day(when(line))} ${clock(when(line))}`, line.name, t(KINDS[line.kind]), sections(line),
    why(line, log), line.device_name,
  ];
  const content = (): string =>
    csv([heads.map((one) => t(one)), ...lines.map((one) => [when(one), ...cells(one).slice(1)])]);
  return (
    <>
      <div class="two no-print">
        <Select
          id="log-who"
          label={t("steer_person")}
          all={t("steer_all")}
          value={who}
          options={names.map((one): [string, string] => [one, one])}
          onChange={setWho}
        />
        <Select
          id="log-kind"
          label={t("steer_did")}
          all={t("steer_all")}
          value={kind}
          options={Object.entries(KINDS).map(([code, word]): [string, string] => [code, t(word)])}
          onChange={setKind}
        />
      </div>
      {lines.length === 0 ? (
        <Empty>{t("nothing_here")}</Empty>
      ) : (
        <div class="figures" role="region" aria-label={t("steer_log")} tabIndex={0}>
          <table>
            <thead>
              <tr>
                {heads.map((one) => (
                  <th key={one} scope="col">
                    {t(one)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {lines.map((one) => (
                <tr key={one.number}>
                  {cells(one).map((text, at) => (
                    <td key={at}>{text}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <TakeAway name={t("steer_log_file")} content={content} />
    </>
  );
}
