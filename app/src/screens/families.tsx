import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { read } from "../core/core";
import { useLoad } from "../core/hooks";
import { NETWORK } from "../core/network";
import { isPractice } from "../core/practice";
import type { Dossier } from "../core/types";
import { MoreButton, plain, SearchField } from "../parts/finding";
import { Icon } from "../parts/icons";
import { Await, Empty, Mark, Row, Section, Title } from "../parts/parts";
import { to } from "../router";
import { count, t } from "../words";

const SHOWN = 100;

export function Dossiers(): JSX.Element {
  const load = useLoad(() => read<{ dossiers: Dossier[] }>("dossier.list"), "dossiers");
  const [words, setWords] = useState("");
  return (
    <>
      <Title text={t("families")}>
        <a class="btn btn-primary" href={to("new", "-", "household")}>
          {t("new_family")}
        </a>
      </Title>
      <Await of={load}>
        {({ dossiers }) => {
          const wanted = plain(words);
          const fitting = dossiers
            .filter((one) => plain(one.title).includes(wanted))
            .sort((a, b) => a.title.localeCompare(b.title));
          const families = fitting.filter((one) => one.type === "household");
          const others = fitting.filter((one) => one.type !== "household");
          return (
            <>
              {dossiers.length > 8 && (
                <SearchField
                  id="filter"
                  label={t("nav_search")}
                  value={words}
                  onInput={setWords}
                />
              )}
              {families.length === 0 && words === "" && <Empty>{t("families_none")}</Empty>}
              <Lines dossiers={families} />
              {others.length > 0 && (
                <Section title={t("other_dossiers")}>
                  <Lines dossiers={others} />
                </Section>
              )}
              <p class="next-step">
                <a class="btn btn-outline-primary wide" href={to("services")}>
                  <Icon name="hands" />
                  {t("services")}
                </a>
              </p>
              <p class="next-step">
                <a class="btn btn-outline-primary wide" href={to("openings")}>
                  <Icon name="lock" />
                  {t("openings")}
                </a>
              </p>
            </>
          );
        }}
      </Await>
    </>
  );
}

function Lines(props: { dossiers: Dossier[] }): JSX.Element {
  const [shown, setShown] = useState(SHOWN);
  const left = props.dossiers.length - shown;
  return (
    <>
      <Rows dossiers={props.dossiers.slice(0, shown)} />
      <MoreButton left={left} onMore={() => setShown(shown + SHOWN)} />
    </>
  );
}

function Rows(props: { dossiers: Dossier[] }): JSX.Element {
  return (
    <ul class="rows">
      {props.dossiers.map((one) => {
        const unsent = isPractice() ? 0 : Number(one.unsent);
        return (
          <Row
            key={one.id}
            icon="families"
            href={to(one.type === NETWORK ? "network" : "dossier", one.id)}
            title={one.title}
            note={t("records_n", { n: one.records })}
            mark={
              <>
                {one.leaving && <Mark tone="warning">{t("leaving")}</Mark>}
                {unsent > 0 && (
                  <Mark tone="info">{count(unsent, "unsent_one", "unsent_many")}</Mark>
                )}
              </>
            }
          />
        );
      })}
    </ul>
  );
}
