// What others wrote on one's families since one last looked.
import type { JSX } from "preact";
import { RATING } from "../core/child";
import { nameOf } from "../core/colleagues";
import { read, tellChange } from "../core/core";
import { useLoad } from "../core/hooks";
import type { Dossier, HistoryLine, Identity, RecordLine } from "../core/types";
import { inWords } from "../files/words";
import { ago } from "../format";
import { Await, Empty, Mark, say, Title } from "../parts/parts";
import { to } from "../router";
import { t } from "../words";

const PAGE = 1000;
const FIRST_DAYS = 14;
const RECORDS_SHOWN = 30;

interface Piece {
  record: RecordLine;
  family: string;
  lines: HistoryLine[];
  /** Ratings of a child's world come by the dozen: one piece speaks of all. */
  ratings: number;
}

const keyOf = (me: Identity): string => `insieme-looked-${me.account}`;

function lookedAt(me: Identity): { at: string; first: boolean } {
  const kept = localStorage.getItem(keyOf(me));
  if (kept) return { at: kept, first: false };
  return { at: new Date(Date.now() - FIRST_DAYS * 86_400_000).toISOString(), first: true };
}

async function everything(): Promise<RecordLine[]> {
  const all: RecordLine[] = [];
  for (;;) {
    const page = await read<{ records: RecordLine[]; more: boolean }>("record.list", {
      limit: PAGE,
      offset: all.length,
      retracted: true,
    });
    all.push(...page.records);
    if (!page.more) return all;
  }
}

async function loadNews(me: Identity): Promise<Piece[]> {
  const since = lookedAt(me).at;
  const [records, { dossiers }] = await Promise.all([
    everything(),
    read<{ dossiers: Dossier[] }>("dossier.list"),
  ]);
  const names = new Map(dossiers.map((one) => [one.id, one.title]));
  const newest = records
    .filter((one) => one.edited_at > since && one.edited_by !== me.account)
    .filter((one) => one.section !== "lists") // of the space: of no family
    .sort((a, b) => b.edited_at.localeCompare(a.edited_at));
  const ratings = new Map<string, number>();
  for (const one of newest) {
    if (one.type === RATING) ratings.set(one.dossier, (ratings.get(one.dossier) ?? 0) + 1);
  }
  const first = new Set<string>();
  const told = newest.filter((one) => {
    if (one.type !== RATING) return true;
    if (first.has(one.dossier)) return false;
    first.add(one.dossier);
    return true;
  });
  return Promise.all(
    told.slice(0, RECORDS_SHOWN).map(async (record) => {
      const { lines } = await read<{ lines: HistoryLine[] }>("history", {
        record: record.id,
      });
      return {
        record,
        family: names.get(record.dossier) ?? "",
        ratings: record.type === RATING ? (ratings.get(record.dossier) ?? 0) : 0,
        lines: lines.filter((line) => line.author !== me.account && line.at > since),
      };
    }),
  );
}

export function News(props: { me: Identity }): JSX.Element {
  const load = useLoad(() => loadNews(props.me), "news");
  const looked = lookedAt(props.me);
  const markRead = (): void => {
    const before = localStorage.getItem(keyOf(props.me));
    localStorage.setItem(keyOf(props.me), new Date().toISOString());
    tellChange();
    say(t("news_read_done"), async () => {
      if (before === null) localStorage.removeItem(keyOf(props.me));
      else localStorage.setItem(keyOf(props.me), before);
      tellChange();
    });
  };
  return (
    <>
      <Title
        text={t("news")}
        lead={looked.first ? t("news_first") : t("news_lead", { when: ago(looked.at) })}
      />
      <Await of={load}>
        {(pieces) => (
          <>
            {pieces.length === 0 && <Empty>{t("news_none")}</Empty>}
            <ul class="cards">
              {pieces.map((piece) => (
                <li class="card-box" key={piece.record.id}>
                  <div class="card-head">
                    {piece.ratings > 0 ? (
                      <a class="card-name" href={to("child", piece.record.dossier)}>
                        {t("child_world")}
                      </a>
                    ) : (
                      <a class="card-name" href={to("record", piece.record.id)}>
                        {piece.record.title}
                      </a>
                    )}
                    {piece.record.in_review && <Mark tone="warning">{t("to_decide")}</Mark>}
                  </div>
                  <p class="muted">
                    {piece.family} · {piece.record.type_label}
                  </p>
                  {piece.ratings > 0 && (
                    <p>
                      {t("news_ratings", { who: nameOf(piece.record.edited_by), n: piece.ratings })}
                      <small>{ago(piece.record.edited_at)}</small>
                    </p>
                  )}
                  {piece.ratings === 0 && <Lines lines={piece.lines} />}
                </li>
              ))}
            </ul>
            {pieces.length > 0 && (
              <button type="button" class="btn btn-outline-primary wide" onClick={markRead}>
                {t("news_read")}
              </button>
            )}
          </>
        )}
      </Await>
    </>
  );
}

const LINES_SHOWN = 4;

function Lines(props: { lines: HistoryLine[] }): JSX.Element {
  const newest = [...props.lines].reverse().slice(0, LINES_SHOWN);
  return (
    <ul class="plain">
      {newest.map((line) => (
        <li key={line.dot}>
          <strong>{nameOf(line.author)}</strong>{" "}
          {t(line.action === "resolve" ? "decided" : "wrote")}{" "}
          {line.label}
          {line.to && <>: «{inWords(line.to)}»</>}
          {line.reason && <small>{t("decision_reason", { reason: line.reason })}</small>}
          <small>{ago(line.at)}</small>
        </li>
      ))}
    </ul>
  );
}
