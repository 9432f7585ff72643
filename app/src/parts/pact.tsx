// What a pact is made of, beside its own fields: what the family wants, who helps, what each
// undertook, who signed. On the screen each line leads to its record; on paper it is what a family
// takes home, with a line to sign on where nobody signed yet.
import type { ComponentChildren, JSX } from "preact";
import { nameOf } from "../core/colleagues";
import { useLoad } from "../core/hooks";
import { recordsOf, wholeRecords } from "../core/records";
import type { WholeRecord } from "../core/types";
import { SidePicture } from "../files/panel";
import { to } from "../router";
import { t, type Word } from "../words";
import { Empty, Row, Section } from "./parts";

export const PACT = "pact";

interface Parts {
  objectives: WholeRecord[];
  supports: WholeRecord[];
  commitments: WholeRecord[];
  signatures: WholeRecord[];
}

const text = (record: WholeRecord, field: string): string => record.fields[field]?.text ?? "";
const value = (record: WholeRecord, field: string): unknown => record.fields[field]?.value ?? "";

/** Those that name this pact; of the case's, those that name none. */
async function partsOf(pact: WholeRecord, type: string): Promise<WholeRecord[]> {
  const all = await wholeRecords(await recordsOf(type, pact.dossier));
  const ofCase = value(pact, "case_id");
  return all.filter((one) => {
    const named = value(one, "pact");
    return named ? named === pact.id : ofCase !== "" && value(one, "case_id") === ofCase;
  });
}

async function loadParts(pact: WholeRecord): Promise<Parts> {
  const [objectives, supports, commitments, signatures] = await Promise.all(
    (["objective", "support", "commitment", "pact_signature"] as const).map((type) =>
      partsOf(pact, type),
    ),
  );
  return {
    objectives: objectives ?? [],
    supports: supports ?? [],
    commitments: commitments ?? [],
    signatures: signatures ?? [],
  };
}

const told = (word: Word, day: string): string => (day ? t(word, { day }) : "");
const joined = (parts: string[]): string => parts.filter(Boolean).join(" · ");

const signer = (one: WholeRecord): string =>
  text(one, "member") || nameOf(text(one, "user_id")) || one.title;

export function PactParts(props: { pact: WholeRecord }): JSX.Element | null {
  const { pact } = props;
  const { data } = useLoad(() => loadParts(pact), `pact ${pact.id}`);
  if (!data) return null;
  return (
    <>
      <Lines
        title={t("pact_objectives")}
        records={data.objectives}
        note={(one) =>
          joined([
            text(one, "expected_result"),
            told("pact_until", text(one, "due_on")),
            text(one, "status"),
          ])
        }
      />
      <Lines
        title={t("pact_supports")}
        records={data.supports}
        note={(one) =>
          joined([
            text(one, "provider"),
            text(one, "members"),
            told("pact_from", text(one, "from_date")),
            told("pact_until", text(one, "to_date")),
          ])
        }
      />
      <Lines
        title={t("pact_commitments")}
        records={data.commitments}
        note={(one) =>
          joined([
            text(one, "member"),
            text(one, "area"),
            told("pact_from", text(one, "from_date")),
          ])
        }
      />
      <Lines
        title={t("pact_signatures")}
        records={data.signatures}
        name={signer}
        note={(one) => joined([text(one, "role"), told("pact_signed", text(one, "signed_on"))])}
      >
        {data.signatures
          .filter((one) => text(one, "signature"))
          .map((one) => (
            <figure key={one.id} class="signature">
              <SidePicture record={one.id} field="signature" text={text(one, "signature")} />
              <figcaption>{signer(one)}</figcaption>
            </figure>
          ))}
        <ToSign signatures={data.signatures} />
      </Lines>
    </>
  );
}

function Lines(props: {
  title: string;
  records: WholeRecord[];
  name?: (one: WholeRecord) => string;
  note: (one: WholeRecord) => string;
  children?: ComponentChildren;
}): JSX.Element {
  const { records } = props;
  return (
    <Section title={props.title} count={records.length}>
      {records.length === 0 && <Empty>{t("pact_none")}</Empty>}
      <ul class="rows">
        {records.map((one) => (
          <Row
            key={one.id}
            href={to("record", one.id)}
            title={props.name ? props.name(one) : one.title}
            note={props.note(one)}
          />
        ))}
      </ul>
      {props.children}
    </Section>
  );
}

/** On paper: where the family and the service sign, as long as they have not on a tablet. */
function ToSign(props: { signatures: WholeRecord[] }): JSX.Element | null {
  const signed = (own: boolean): boolean =>
    props.signatures.some((one) => (value(one, "role") === "componente") === own);
  const open: Word[] = [];
  if (!signed(true)) open.push("pact_line_family");
  if (!signed(false)) open.push("pact_line_service");
  if (open.length === 0) return null;
  return (
    <div class="paper-sign print-only">
      {open.map((word) => (
        <p key={word}>
          <span>{t(word)}</span>
          <span>{t("pact_line_day")}</span>
        </p>
      ))}
    </div>
  );
}
