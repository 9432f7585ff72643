// The code lists that forms offer: what there is to choose, and where. They are part of the rules
// that every tablet and the server share, so that nobody changes one alone.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { read } from "../../core/core";
import { useLoad } from "../../core/hooks";
import { csv } from "../../core/steer";
import type { Code, RecordType, TypeLine } from "../../core/types";
import { MoreButton, plain, SearchField } from "../../parts/finding";
import { Await, Empty, Section } from "../../parts/parts";
import { language, t } from "../../words";
import { Frame, TakeAway } from "./frame";

interface CodeList {
  /** Type and field that offer it. */
  uses: string[];
  codes: Code[];
}

const SHOWN = 25;
const AT_ONCE = 16;

/** Lists with the same codes are one. */
async function loadLists(): Promise<CodeList[]> {
  const { types } = await read<{ types: TypeLine[] }>("schema.types");
  const lists = new Map<string, CodeList>();
  for (let at = 0; at < types.length; at += AT_ONCE) {
    const some = await Promise.all(
      types
        .slice(at, at + AT_ONCE)
        .map((one) => read<{ type: RecordType }>("schema.type", { type: one.name })),
    );
    for (const { type } of some) {
      for (const field of type.fields) {
        if (!field.codes || field.codes.length === 0 || field.retired) continue;
        const key = JSON.stringify(field.codes);
        const list = lists.get(key) ?? { uses: [], codes: field.codes };
        list.uses.push(`${type.label} · ${field.label}`);
        lists.set(key, list);
      }
    }
  }
  return [...lists.values()].sort((a, b) => (a.uses[0] ?? "").localeCompare(b.uses[0] ?? ""));
}

function fits(list: CodeList, words: string): boolean {
  const texts = [...list.uses, ...list.codes.flatMap((one) => [one.code, one.label])];
  return words === "" || texts.some((one) => plain(one).includes(words));
}

export function ListsScreen(props: { reviewer: boolean }): JSX.Element {
  const load = useLoad(loadLists, `lists ${language()}`);
  return (
    <Frame here="lists" reviewer={props.reviewer} lead={t("steer_lists_lead")}>
      <Await of={load}>{(lists) => <Lists lists={lists} />}</Await>
    </Frame>
  );
}

function Lists(props: { lists: CodeList[] }): JSX.Element {
  const [words, setWords] = useState("");
  const [shown, setShown] = useState(SHOWN);
  const fitting = props.lists.filter((one) => fits(one, plain(words)));
  const content = (): string =>
    csv([
      [t("steer_lists_where"), t("steer_lists_code"), t("steer_lists_label")],
      ...fitting.flatMap((one) =>
        one.codes.map((code) => [one.uses.join(" / "), code.code, code.label]),
      ),
    ]);
  return (
    <>
      <SearchField
        id="lists-words"
        label={t("nav_search")}
        value={words}
        onInput={setWords}
        screenOnly
      />
      <TakeAway name={t("steer_lists_file")} content={content} />
      <Section title={t("steer_lists")} count={fitting.length}>
        {fitting.length === 0 && <Empty>{t("nothing_here")}</Empty>}
        {fitting.slice(0, shown).map((one) => (
          <details key={one.uses[0]} class="card-box">
            <summary>
              {one.uses[0]} ({one.codes.length})
            </summary>
            {one.uses.length > 1 && <p class="muted">{one.uses.slice(1).join(" · ")}</p>}
            <dl class="pairs">
              {one.codes.map((code) => (
                <div key={code.code}>
                  <dt>{code.code}</dt>
                  <dd>{code.label}</dd>
                </div>
              ))}
            </dl>
          </details>
        ))}
        <MoreButton left={fitting.length - shown} onMore={() => setShown(shown + SHOWN)} />
      </Section>
    </>
  );
}
