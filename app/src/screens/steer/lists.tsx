// The code lists that forms offer: what there is to choose, and where. Whoever administers adds
// values of the space to those that no norm fixes, and takes them out of use, offline, too.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useAct, useLoad } from "../../core/hooks";
import { loadLists, putValue, type CodeList, type ListValue } from "../../core/lists";
import { csv } from "../../core/steer";
import { day } from "../../format";
import { useActWords } from "../../form/act_words";
import { FoundNote, useDetails } from "../../form/found";
import { MoreButton, plain, SearchField, Select } from "../../parts/finding";
import { Await, Empty, Failed, Mark, say, Section, SureButton } from "../../parts/parts";
import { language, t } from "../../words";
import { Frame, TakeAway } from "./frame";

const SHOWN = 25;

function fits(list: CodeList, words: string): boolean {
  const texts = [
    list.label,
    ...list.fields,
    ...list.values.flatMap((one) => [one.code, one.label]),
  ];
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
  const [which, setWhich] = useState("");
  const [shown, setShown] = useState(SHOWN);
  const fitting = props.lists
    .filter((one) => fits(one, plain(words)) && (which === "" || one.open));
  const content = (): string =>
    csv([
      [
        t("steer_lists_where"), t("steer_lists_code"), t("steer_lists_label"),
        t("steer_lists_used"),
      ],
      ...fitting.flatMap((one) =>
        one.values.map((value) => [one.label, value.code, value.label, value.used]),
      ),
    ]);
  return (
    <>
      <div class="two no-print">
        <SearchField
          id="lists-words"
          label={t("nav_search")}
          value={words}
          onInput={setWords}
        />
        <Select
          id="lists-which"
          label={t("steer_lists_which")}
          all={t("steer_all")}
          value={which}
          options={[["open", t("steer_lists_open")]]}
          onChange={setWhich}
        />
      </div>
      <TakeAway name={t("steer_lists_file")} content={content} />
      <Section title={t("steer_lists")} count={fitting.length}>
        {fitting.length === 0 && <Empty>{t("nothing_here")}</Empty>}
        {fitting.slice(0, shown).map((one) => (
          <List key={one.list} list={one} />
        ))}
        <MoreButton left={fitting.length - shown} onMore={() => setShown(shown + SHOWN)} />
      </Section>
    </>
  );
}

function List(props: { list: CodeList }): JSX.Element {
  const { list } = props;
  return (
    <details class="card-box">
      <summary>
        {list.label} ({list.values.length}){" "}
        {list.open && <Mark tone="info">{t("steer_lists_is_open")}</Mark>}
      </summary>
      <p class="muted">{list.fields.join(" · ")}</p>
      <p class="muted">{t("steer_lists_source", { source: list.source })}</p>
      <dl class="pairs">
        {list.values.map((value) => (
          <div key={value.code}>
            <dt>{value.code}</dt>
            <dd>
              <Value list={list} value={value} />
            </dd>
          </div>
        ))}
        {list.unknown.map((one) => (
          <div key={one.code}>
            <dt>{one.code}</dt>
            <dd>
              <Mark tone="warning">{t("steer_lists_unknown", { n: one.used })}</Mark>
            </dd>
          </div>
        ))}
      </dl>
      {list.may_edit && <AddValue list={list} />}
    </details>
  );
}

function Value(props: { list: CodeList; value: ListValue }): JSX.Element {
  const { list, value } = props;
  const used = Number(value.used);
  return (
    <>
      {value.label}{" "}
      {used > 0 && <span class="muted">{t("steer_lists_uses", { n: used })}</span>}{" "}
      {value.own && <Mark tone="neutral">{t("steer_lists_own")}</Mark>}{" "}
      {value.retired ? (
        <Mark tone="warning">{t("steer_lists_retired")}</Mark>
      ) : (
        value.own &&
        value.valid_to && <Mark tone="info">{t("steer_until", { day: day(value.valid_to) })}</Mark>
      )}
      {value.contested && (
        <p class="help help-warning">
          {t("steer_lists_contested", { names: value.contested.join(" / ") })}
        </p>
      )}
      {list.may_edit && value.own && (
        // A form of other names than it began with is another form.
        <ChangeValue key={`${value.label_it} ${value.label_en}`} list={list} value={value} />
      )}
    </>
  );
}

function ChangeValue(props: { list: CodeList; value: ListValue }): JSX.Element {
  const { list, value } = props;
  const typing = useActWords(
    { act: "list.put", subject: `${list.list} ${value.code}` },
    { it: value.label_it, en: value.label_en },
  );
  const panel = useDetails(typing.found !== "");
  const act = useAct();
  const put = (change: Parameters<typeof putValue>[0], done: string): void =>
    void act.run(async () => {
      await putValue(change);
      await typing.done();
      say(done);
    });
  const { it, en } = typing.words;
  const place = { list: list.list, code: value.code };
  const used = Number(value.used);
  return (
    <details {...panel} class="no-print">
      <summary>{t("steer_lists_change", { name: value.label })}</summary>
      <form
        data-kept
        onSubmit={(event) => {
          event.preventDefault();
          put({ ...place, it: it.trim(), en: en.trim() }, t("steer_lists_renamed"));
        }}
      >
        <FoundNote when={typing.found} onThrow={() => void typing.done()} />
        <Names id={`${list.list}-${value.code}`} it={it} en={en} onInput={typing.set} />
        <Failed error={act.failure} />
        <div class="buttons">
          <button class="btn btn-primary" disabled={act.busy || !it.trim() || !en.trim()}>
            {t("steer_lists_rename")}
          </button>
          {value.valid_to ? (
            <button
              type="button"
              class="btn btn-outline-primary"
              disabled={act.busy}
              onClick={() => put({ ...place, retired: "" }, t("steer_lists_back_done"))}
            >
              {t("steer_lists_back")}
            </button>
          ) : (
            <SureButton
              label={t("steer_lists_retire")}
              question={t("steer_lists_retire_sure", { name: value.label, n: used })}
              yes={t("steer_lists_retire_yes")}
              onSure={() => put({ ...place, retired: "today" }, t("steer_lists_retire_done"))}
            />
          )}
        </div>
      </form>
    </details>
  );
}

function AddValue(props: { list: CodeList }): JSX.Element {
  const { list } = props;
  const typing = useActWords({ act: "list.put", subject: list.list }, { it: "", en: "" });
  const panel = useDetails(typing.found !== "");
  const act = useAct();
  const { it, en } = typing.words;
  const add = (event: Event): void => {
    event.preventDefault();
    void act.run(async () => {
      const name = it.trim();
      await putValue({ list: list.list, it: name, en: en.trim() || name });
      await typing.done();
      say(t("steer_lists_added", { name }));
    });
  };
  return (
    <details {...panel} class="no-print">
      <summary>{t("steer_lists_add", { list: list.label })}</summary>
      <form data-kept onSubmit={add}>
        <FoundNote when={typing.found} onThrow={() => void typing.done()} />
        <Names id={list.list} it={it} en={en} onInput={typing.set} />
        <p class="help">{t("steer_lists_add_help")}</p>
        <Failed error={act.failure} />
        <button class="btn btn-primary" disabled={act.busy || !it.trim()}>
          {t("steer_lists_add_now")}
        </button>
      </form>
    </details>
  );
}

function Names(props: {
  id: string;
  it: string;
  en: string;
  onInput: (change: { it?: string; en?: string }) => void;
}): JSX.Element {
  const field = (name: "it" | "en", label: string): JSX.Element => (
    <div class="field">
      <label for={`${props.id}-${name}`}>{label}</label>
      <input
        id={`${props.id}-${name}`}
        class="form-control"
        maxLength={60}
        autocomplete="off"
        value={props[name]}
        onInput={(event) => props.onInput({ [name]: event.currentTarget.value })}
      />
    </div>
  );
  return (
    <div class="two">
      {field("it", t("steer_lists_it"))}
      {field("en", t("steer_lists_en"))}
    </div>
  );
}
