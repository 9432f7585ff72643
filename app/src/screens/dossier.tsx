// A household on one page: who they are, what was done, what is meant, who helps, what was noted.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { LINE, MONTH } from "../core/budget";
import { ASSESSMENT, RATING } from "../core/child";
import { shownIn } from "../core/colleagues";
import { read } from "../core/core";
import { useAct, useLoad } from "../core/hooks";
import { NETWORK } from "../core/network";
import type { Dossier, Identity, RecordLine, TypeLine, WholeRecord } from "../core/types";
import { AskErasure } from "../parts/ask_erasure";
import { Icon, type IconName } from "../parts/icons";
import { Purpose } from "../parts/purpose";
import { QuickNote } from "../parts/quick_note";
import { Await, byWhen, Empty, Failed, Mark, Note, Row, Section, Title } from "../parts/parts";
import { to } from "../router";
import { startVisit } from "./today";
import { t, type Word } from "../words";

interface Page {
  dossier: Dossier;
  root: WholeRecord | null;
  records: RecordLine[];
  types: TypeLine[];
  /** Visits and notes, the latest day first: one that is corrected stays where it was. */
  byDay: Map<string, RecordLine[]>;
}

const PAGE = 500;

/** The field with the day of what is told by days. */
const DAYS: Record<string, string> = { visit: "start_at", note: "written_on" };

/** Without it the lists stand in the order in which they were written. */
async function loadByDay(dossier: string): Promise<Map<string, RecordLine[]>> {
  const lists = await Promise.all(
    Object.entries(DAYS).map(async ([type, order]): Promise<[string, RecordLine[]]> => {
      const given = { type, dossier, order, limit: PAGE, retracted: true };
      return [type, (await read<{ records: RecordLine[] }>("record.list", given)).records];
    }),
  );
  return new Map(lists);
}

async function loadPage(id: string): Promise<Page> {
  const [{ dossiers }, { records }, { types }] = await Promise.all([
    read<{ dossiers: Dossier[] }>("dossier.list"),
    read<{ records: RecordLine[] }>("record.list", {
      dossier: id,
      limit: PAGE,
      retracted: true,
    }),
    read<{ types: TypeLine[] }>("schema.types"),
  ]);
  const dossier = dossiers.find((one) => one.id === id);
  if (!dossier) throw new Error(t("nothing_here"));
  const first = records.find((one) => one.type === dossier.type);
  const root = first
    ? (await read<{ record: WholeRecord }>("record.get", { record: first.id })).record
    : null;
  const byDay =
    dossier.type === "household"
      ? await loadByDay(id).catch((): Page["byDay"] => new Map())
      : new Map();
  return { dossier, root, records, types, byDay };
}

/** A household's sections in the order of a visit; all else follows under its own name. */
const SECTIONS: { type: string; word: Word; icon: IconName }[] = [
  { type: "member", word: "members", icon: "person" },
  { type: "visit", word: "visits", icon: "clock" },
  { type: "objective", word: "objectives", icon: "target" },
  { type: "support", word: "supports", icon: "hands" },
  { type: "note", word: "notes", icon: "page" },
];

/** What has a screen of its own. */
const WITH_SCREENS = [LINE, MONTH, ASSESSMENT, RATING];

export function DossierScreen(props: { id: string; me: Identity }): JSX.Element {
  const load = useLoad(() => loadPage(props.id), props.id);
  const act = useAct();
  return (
    <Await of={load}>
      {({ dossier, root, records, types, byDay }) => {
        const household = dossier.type === "household";
        const own = new Set([
          ...(household ? [...SECTIONS.map((one) => one.type), ...WITH_SCREENS] : []),
          dossier.type,
        ]);
        const rest = types.filter(
          (type) => !own.has(type.name) && records.some((record) => record.type === type.name),
        );
        return (
          <>
            <Title
              text={dossier.title}
              back={["families"]}
              lead={root?.fields["commune"]?.text ?? dossier.type_label}
            />
            {dossier.leaving && (
              <Note tone="warning">
                <p>{t("leaving")}</p>
              </Note>
            )}
            {household && (
              <button
                type="button"
                class="btn btn-primary btn-lg wide"
                disabled={act.busy}
                onClick={() => void act.run(() => startVisit(dossier.id))}
              >
                <Icon name="clock" />
                {t("start_visit")}
              </button>
            )}
            <Tiles dossier={dossier} root={root} me={props.me} />
            <Failed error={act.failure} />
            {dossier.type === NETWORK && (
              <a class="btn btn-outline-primary wide" href={to("network", dossier.id)}>
                <Icon name="hands" />
                {t("network_funnel")}
              </a>
            )}
            <Purpose
              dossier={dossier.id}
              sections={records.filter((one) => !one.retracted).map((one) => one.section)}
            />
            {root && <Summary root={root} />}
            {household &&
              SECTIONS.map((section) => (
                <Lines
                  key={section.type}
                  title={t(section.word)}
                  icon={section.icon}
                  me={props.me}
                  records={
                    byDay.get(section.type) ??
                    records.filter((one) => one.type === section.type)
                  }
                  add={to("new", dossier.id, section.type)}
                />
              ))}
            {rest.map((type) => (
              <Lines
                key={type.name}
                title={type.label_plural}
                icon="page"
                me={props.me}
                records={records.filter((one) => one.type === type.name)}
                add={to("new", dossier.id, type.name)}
              />
            ))}
            <AddOther types={types} dossier={dossier} />
            {dossier.may_review && (
              <p class="next-step">
                <a class="btn btn-outline-primary wide" href={to("access", dossier.id)}>
                  <Icon name="search" />
                  {t("steer_log_go")}
                </a>
              </p>
            )}
            {dossier.may_review && <AskErasure dossier={dossier.id} />}
            <p class="help">{t("dossier_digits", { digits: dossier.short })}</p>
          </>
        );
      }}
    </Await>
  );
}

/** What one does here beside a visit. */
function Tiles(props: { dossier: Dossier; root: WholeRecord | null; me: Identity }): JSX.Element {
  const { dossier, root } = props;
  const household = dossier.type === "household";
  const tile = (href: string, icon: IconName, word: Word): JSX.Element => (
    <a class="btn btn-outline-primary" href={href}>
      <Icon name={icon} />
      {t(word)}
    </a>
  );
  return (
    <div class="tiles">
      <QuickNote dossier={dossier} me={props.me} />
      {household &&
        dossier.sections.includes("education") &&
        tile(to("child", dossier.id), "target", "child_world")}
      {household &&
        dossier.sections.includes("economic") &&
        tile(to("budget", dossier.id), "report", "budget")}
      {household && tile(to("services", communeOf(root)), "hands", "services")}
    </div>
  );
}

/** As the directory of services asks for it; empty: everywhere. */
function communeOf(root: WholeRecord | null): string {
  const value = root?.fields["commune"]?.value;
  return typeof value === "string" ? value : "";
}

function Summary(props: { root: WholeRecord }): JSX.Element {
  const shown = Object.entries(props.root.fields).filter(
    ([name, field]) => field.text && name !== "name" && name !== "commune",
  );
  if (shown.length === 0) {
    return (
      <p>
        <a class="btn btn-sm btn-outline-primary" href={to("record", props.root.id)}>
          {props.root.type_label}
        </a>
      </p>
    );
  }
  return (
    <section class="block summary" aria-label={props.root.type_label}>
      <dl class="pairs">
        {shown.slice(0, 6).map(([name, field]) => (
          <div key={name}>
            <dt>{field.label}</dt>
            <dd>
              {shownIn(name, field.text)}
              {field.contested && <Mark tone="warning">{t("to_decide")}</Mark>}
            </dd>
          </div>
        ))}
      </dl>
      <a class="btn btn-sm btn-outline-primary" href={to("record", props.root.id)}>
        {t("more")}
      </a>
    </section>
  );
}

const SHOWN = 5;

function Lines(props: {
  title: string;
  icon: IconName;
  me: Identity;
  records: RecordLine[];
  add: string;
}): JSX.Element {
  const [all, setAll] = useState(false);
  const active = props.records.filter((one) => !one.retracted || one.in_review);
  const shown = all ? active : active.slice(0, SHOWN);
  return (
    <Section
      title={props.title}
      count={active.length}
      action={
        <a
          class="btn btn-sm btn-outline-primary"
          href={props.add}
          aria-label={t("add_what", { what: props.title })}
        >
          <Icon name="add" />
          {t("add")}
        </a>
      }
    >
      {active.length === 0 && <Empty>{t("nothing_here")}</Empty>}
      <ul class="rows">
        {shown.map((one) => (
          <Row
            key={one.id}
            icon={props.icon}
            href={to("record", one.id)}
            title={one.title}
            note={byWhen(one.edited_by, one.edited_at, props.me.account)}
            mark={
              one.in_review ? (
                <Mark tone="warning">{t("to_decide")}</Mark>
              ) : one.retracted ? (
                <Mark tone="neutral">{t("retracted")}</Mark>
              ) : undefined
            }
          />
        ))}
      </ul>
      {shown.length < active.length && (
        <button type="button" class="btn btn-sm btn-link" onClick={() => setAll(true)}>
          {t("more")} ({active.length - shown.length})
        </button>
      )}
    </Section>
  );
}

/** Every other kind of record that may lie in such a dossier, by name. */
function AddOther(props: { types: TypeLine[]; dossier: Dossier }): JSX.Element {
  const [open, setOpen] = useState(false);
  const may = props.types
    .filter((type) => !type.root && !type.retired && props.dossier.sections.includes(type.section))
    .sort((a, b) => a.label.localeCompare(b.label));
  if (!open) {
    return (
      <button type="button" class="btn btn-outline-primary wide" onClick={() => setOpen(true)}>
        <Icon name="add" />
        {t("others")}
      </button>
    );
  }
  return (
    <Section title={t("choose_type")}>
      <ul class="chips">
        {may.map((type) => (
          <li key={type.name}>
            <a class="chip-link" href={to("new", props.dossier.id, type.name)}>
              {type.label}
            </a>
          </li>
        ))}
      </ul>
    </Section>
  );
}
