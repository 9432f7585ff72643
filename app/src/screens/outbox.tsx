// Drafts, what is to be sent, what is sent; and why the server did not take something.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { read, write } from "../core/core";
import { isBudget } from "../core/budget";
import { CONTACT } from "../core/network";
import { isRunningVisit } from "../core/caseload";
import { useAct, useLoad, useNow, usePicture } from "../core/hooks";
import { carry, filesMayGo } from "../core/carry";
import { isPractice } from "../core/practice";
import { syncNow } from "../core/sync";
import type {
  Dossier,
  Draft,
  Identity,
  Quarantined,
  ReceiptLine,
  ReceiptState,
} from "../core/types";
import { age, ago } from "../format";
import { Copies } from "../parts/copies";
import { Icon } from "../parts/icons";
import {
  Await,
  byWhen,
  DiscardButton,
  Empty,
  Failed,
  Mark,
  Note,
  Row,
  Section,
  Title,
  type Tone,
} from "../parts/parts";
import { to } from "../router";
import { urgency } from "../shell";
import { count, t, type Word } from "../words";

interface Folders {
  names: Map<string, string>;
  drafts: Draft[];
  open: ReceiptLine[];
  quarantine: Quarantined[];
}

const SENT_SHOWN = 20;
const LEFT_HERE = new Set<ReceiptState>(["saved_here", "with_colleague", "sent"]);

const newest = (a: ReceiptLine, b: ReceiptLine): number => b.edited_at.localeCompare(a.edited_at);

async function loadFolders(): Promise<Folders> {
  const [{ dossiers }, { drafts }, { receipts }, { changes }] = await Promise.all([
    read<{ dossiers: Dossier[] }>("dossier.list"),
    read<{ drafts: Draft[] }>("draft.list"),
    read<{ receipts: ReceiptLine[] }>("receipts"),
    read<{ changes: Quarantined[] }>("quarantine.list"),
  ]);
  return {
    names: new Map(dossiers.map((one) => [one.id, one.title])),
    drafts,
    open: receipts.filter((one) => LEFT_HERE.has(one.receipt)).sort(newest),
    quarantine: changes,
  };
}

/** Every record has a receipt: they are read when somebody wants to see them, not before. */
async function loadSent(me: string): Promise<ReceiptLine[]> {
  const { receipts } = await read<{ receipts: ReceiptLine[] }>("receipts", { all: true });
  return receipts
    .filter((one) => !LEFT_HERE.has(one.receipt) && one.edited_by === me)
    .sort(newest)
    .slice(0, SENT_SHOWN);
}

/** What words typed for an act are, and where one goes on with them (form/act_words.ts). */
const ACTS: Record<string, [Word, (draft: Draft) => string]> = {
  "dossier.create": ["words_new", (one) => to("new", "-", one.subject ?? "")],
  "review.resolve": ["words_decision", (one) => to("review", String(one.fields["item"] ?? ""))],
  "review.batch": ["words_decision", () => to("review")],
  "inbox.decide": ["words_decision", () => to("review")],
  "finding.decide": ["words_decision", () => to("review")],
  "review.contest": ["words_reason", (one) => to("record", one.record)],
  "rights.spend": ["words_spend", (one) => to("record", one.record)],
  "glass.open": ["words_reason", () => to("openings")],
  "glass.seen": ["words_reason", () => to("openings")],
  "handover.propose": ["words_reason", () => to("steer", "work")],
  "steer.erase_propose": ["words_reason", (one) => to("dossier", one.dossier)],
};

function titleOf(draft: Draft): string {
  if (draft.act) return t(ACTS[draft.act]?.[0] ?? "words_reason");
  return draft.new ? `${draft.type_label} (${t("new_short")})` : draft.type_label;
}

/** The screen that a draft is gone on with. */
function placeOf(draft: Draft): string {
  if (draft.act) return ACTS[draft.act]?.[1](draft) ?? to("steer", "people");
  const month = draft.fields["month"];
  if (draft.new && isBudget(draft) && typeof month === "string") {
    return to("budget", draft.dossier, month);
  }
  const subject = draft.fields["stakeholder"];
  if (draft.new && draft.type === CONTACT && typeof subject === "string") {
    return to("stakeholder", subject);
  }
  return to(isRunningVisit(draft) ? "visit" : "edit", draft.id);
}

export function Outbox(props: { me: Identity }): JSX.Element {
  const load = useLoad(loadFolders, "outbox");
  if (isPractice()) return <PracticeDrafts />;
  return (
    <>
      <Title text={t("outbox")} />
      <Sending />
      <Files />
      <Await of={load}>
        {(folders) => (
          <>
            {folders.quarantine.length > 0 && <Refused changes={folders.quarantine} />}
            <Drafts folders={folders} />
            <Section title={t("to_send")} count={folders.open.length}>
              {folders.open.length === 0 && <Empty>{t("to_send_none")}</Empty>}
              <Lines records={folders.open} names={folders.names} me={props.me} />
            </Section>
            <Copies account={props.me.account} />
            <Sent names={folders.names} me={props.me} />
          </>
        )}
      </Await>
    </>
  );
}

function Drafts(props: { folders: Folders }): JSX.Element {
  const { drafts, names } = props.folders;
  return (
    <Section title={t("drafts")} count={drafts.length}>
      {drafts.length === 0 && <Empty>{t("drafts_none")}</Empty>}
      <ul class="rows">
        {drafts.map((one) => (
          <DraftRow key={one.id} draft={one} family={names.get(one.dossier)} />
        ))}
      </ul>
    </Section>
  );
}

/** Nothing of a practice is sent: it has drafts and no more. */
function PracticeDrafts(): JSX.Element {
  const load = useLoad(loadFolders, "practice-drafts");
  return (
    <>
      <Title text={t("practice")} lead={t("practice_never_sent")} />
      <Await of={load}>{(folders) => <Drafts folders={folders} />}</Await>
    </>
  );
}

/** Words for an act whose place is gone can be thrown away nowhere else. */
function DraftRow(props: { draft: Draft; family: string | undefined }): JSX.Element {
  const { draft, family } = props;
  const act = useAct();
  return (
    <>
      <Row
        icon="draft"
        href={placeOf(draft)}
        title={titleOf(draft)}
        note={[family, t("draft_of", { when: ago(draft.updated_at) })].filter(Boolean).join(" · ")}
        mark={<Mark tone="neutral">{t("continue")}</Mark>}
      />
      {draft.act && (
        <li class="row-act">
          <DiscardButton
            onSure={() => void act.run(() => write("draft.discard", { draft: draft.id }))}
          />
          <Failed error={act.failure} />
        </li>
      )}
    </>
  );
}

function Sent(props: { names: Map<string, string>; me: Identity }): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <details class="block" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("sent")}</summary>
      {open && <SentLines {...props} />}
    </details>
  );
}

function SentLines(props: { names: Map<string, string>; me: Identity }): JSX.Element {
  const load = useLoad(() => loadSent(props.me.account), "sent");
  return (
    <Await of={load}>
      {(sent) => (
        <>
          {sent.length === 0 ? (
            <Empty>{t("sent_none")}</Empty>
          ) : (
            <p class="muted">{t("sent_recent", { n: sent.length })}</p>
          )}
          <Lines records={sent} names={props.names} me={props.me} />
        </>
      )}
    </Await>
  );
}

function Sending(): JSX.Element {
  const { status, running, waitingS, trouble, online, state, exchanges } = usePicture();
  const now = useNow(30_000);
  const unsent = Number(status?.unsent ?? 0);
  const oldest = unsent > 0 ? status?.oldest_unsent_at : undefined;
  const urgent = urgency(oldest, now);
  return (
    <section
      class="block"
      aria-label={t("nav_sent")}
      aria-busy={running}
      data-exchanges={exchanges}
    >
      {!online && (
        <Note tone="info" title={t("no_network")}>
          <p>{t("work_stays")}</p>
        </Note>
      )}
      {trouble && (
        <Note tone="warning" title={t("sync_trouble")} live>
          <p>{trouble}</p>
          <p>{t("work_stays")}</p>
        </Note>
      )}
      {waitingS > 0 && (
        <Note tone="info" live>
          <p>{t("sync_waiting", { n: waitingS })}</p>
        </Note>
      )}
      {state?.state === "stopped" && (
        <Note tone="danger">
          <p>{t("stopped")}</p>
        </Note>
      )}
      {oldest && now - Date.parse(oldest) > 60_000 && (
        <p class={urgent === "none" ? "muted" : `age age-${urgent}`}>
          {t("oldest_age", { age: age(oldest, now) })}
        </p>
      )}
      {status?.last_sync_at && (
        <p class="muted">{t("last_sync", { when: ago(status.last_sync_at, now) })}</p>
      )}
      <button
        type="button"
        class="btn btn-primary btn-lg wide"
        disabled={running || !online}
        onClick={() => void syncNow()}
      >
        <Icon name="send" />
        {running ? t("syncing") : t("sync_now")}
      </button>
    </section>
  );
}

/** Photos and files, which follow the records; nothing if there are none on their way. */
function Files(): JSX.Element | null {
  const { status, running, online, filesTrouble } = usePicture();
  const toSend = Number(status?.blobs_to_send ?? 0);
  const toFetch = Number(status?.blobs_to_fetch ?? 0);
  const refused = Number(status?.blobs_refused ?? 0);
  if (toSend + toFetch + refused === 0) return null;
  return (
    <Section title={t("files_travel")}>
      {toSend > 0 && <p>{count(toSend, "files_to_send_one", "files_to_send_many")}</p>}
      {toFetch > 0 && <p>{count(toFetch, "files_to_fetch_one", "files_to_fetch_many")}</p>}
      {refused > 0 && (
        <Note tone="danger" live={false}>
          <p>{t("files_refused", { n: refused })}</p>
        </Note>
      )}
      {filesTrouble && (
        <Note tone="warning" live>
          <p>{filesTrouble}</p>
          <p>{t(filesMayGo() ? "files_again" : "files_stay")}</p>
        </Note>
      )}
      {toSend + toFetch > 0 && !filesMayGo() && (
        <>
          <p class="muted">{t(carry() === "asked" ? "files_wait_asked" : "files_wait_metered")}</p>
          <button
            type="button"
            class="btn btn-outline-primary"
            disabled={running || !online}
            onClick={() => void syncNow(true, true)}
          >
            <Icon name="camera" />
            {t("files_go_now")}
          </button>
        </>
      )}
    </Section>
  );
}

const TONES: Record<ReceiptState, Tone> = {
  saved_here: "info",
  with_colleague: "info",
  sent: "info",
  applied: "success",
  seen: "success",
  waiting: "warning",
  refused: "danger",
};

function Lines(props: {
  records: ReceiptLine[];
  names: Map<string, string>;
  me: Identity;
}): JSX.Element {
  return (
    <ul class="rows">
      {props.records.map((one) => (
        <Row
          key={one.id}
          icon="page"
          href={to("record", one.id)}
          title={one.title}
          note={[
            one.type_label,
            props.names.get(one.dossier),
            byWhen(one.edited_by, one.edited_at, props.me.account),
          ].join(" · ")}
          mark={<Mark tone={TONES[one.receipt]}>{one.receipt_text}</Mark>}
        />
      ))}
    </ul>
  );
}

function Refused(props: { changes: Quarantined[] }): JSX.Element {
  return (
    <Section title={t("not_accepted")} count={props.changes.length}>
      <Note tone="danger" live={false}>
        <p>{t("not_accepted_do")}</p>
      </Note>
      <ul class="rows">
        {props.changes.map((one) => (
          <Row
            key={one.dossier + one.at}
            icon="warn"
            href={to("record", one.operations[0]?.record ?? "")}
            title={one.reason || one.receipt_text}
            note={ago(one.at)}
            mark={<Mark tone="danger">{one.receipt_text}</Mark>}
          />
        ))}
      </ul>
    </Section>
  );
}
