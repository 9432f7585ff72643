import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { read } from "../core/core";
import type { RecordLine } from "../core/types";
import { ago } from "../format";
import { Empty, Failed, Row, Title } from "../parts/parts";
import { to } from "../router";
import { t } from "../words";

const WAIT_MS = 150;

export function Search(): JSX.Element {
  const [words, setWords] = useState("");
  const [found, setFound] = useState<RecordLine[] | null>(null);
  const [error, setError] = useState<Error | null>(null);
  useEffect(() => {
    if (words.trim().length < 2) {
      setFound(null);
      return undefined;
    }
    let current = true;
    const timer = setTimeout(() => {
      read<{ records: RecordLine[] }>("search", { words, limit: 40 }).then(
        ({ records }) => {
          if (current) setFound(records);
        },
        (fault: Error) => {
          if (current) setError(fault);
        },
      );
    }, WAIT_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [words]);
  return (
    <>
      <Title text={t("nav_search")} />
      <div class="field" role="search">
        <label for="words">{t("search_label")}</label>
        <input
          id="words"
          type="search"
          class="form-control form-control-lg"
          autocomplete="off"
          aria-describedby="words-help"
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
        <p class="help" id="words-help">
          {t("search_hint")}
        </p>
      </div>
      <Failed error={error} />
      <div role="status">{found?.length === 0 && <Empty>{t("search_none", { words })}</Empty>}</div>
      <ul class="rows">
        {(found ?? []).map((one) => (
          <Row
            key={one.id}
            href={to("record", one.id)}
            title={one.title}
            icon={one.type === "household" ? "families" : one.type === "member" ? "person" : "page"}
            note={[
              ...(one.alike ? [t("search_alike", { words })] : []),
              one.type_label,
              ago(one.edited_at),
            ].join(" · ")}
          />
        ))}
      </ul>
    </>
  );
}
