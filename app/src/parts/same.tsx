// Other records that somebody said are the same person or household; and taking that back.
import type { JSX } from "preact";
import { read, write } from "../core/core";
import { useAct, useLoad } from "../core/hooks";
import type { WholeRecord } from "../core/types";
import { to } from "../router";
import { t } from "../words";
import { Failed, say, Section, SureButton } from "./parts";
import { SideBySide } from "./compare";

interface SameRecord {
  id: string;
  short: string;
  here: boolean;
  title?: string;
}

const TYPES = new Set(["member", "person", "household"]);

export function SamePanel(props: { record: WholeRecord }): JSX.Element | null {
  return TYPES.has(props.record.type) ? <Same record={props.record} /> : null;
}

function Same(props: { record: WholeRecord }): JSX.Element | null {
  const { record } = props;
  const load = useLoad(
    () => read<{ records: SameRecord[] }>("same.list", { record: record.id }),
    `same ${record.id}`,
  );
  const others = (load.data?.records ?? []).filter((one) => one.id !== record.id);
  if (others.length === 0) return null;
  return (
    <Section title={t("same_as")} count={others.length}>
      <p class="muted">{t("same_lead")}</p>
      {others.map((one) => (
        <Other key={one.id} record={record} other={one} />
      ))}
    </Section>
  );
}

function Other(props: { record: WholeRecord; other: SameRecord }): JSX.Element {
  const { record, other } = props;
  const act = useAct();
  const pair = { record: record.id, other: other.id };
  const split = (): void =>
    void act.run(async () => {
      await write("same.undo", pair);
      say(t("same_undone"), () => write("same.mark", pair));
    });
  return (
    <article class="card-box">
      {other.here ? (
        <>
          <p>
            <a href={to("record", other.id)}>{other.title || other.short}</a>
          </p>
          <SideBySide left={record.id} right={other.id} />
        </>
      ) : (
        <p>{t("same_elsewhere", { digits: other.short })}</p>
      )}
      <Failed error={act.failure} />
      <SureButton
        label={t("same_split")}
        question={t("same_split_sure")}
        yes={t("same_split")}
        onSure={split}
      />
    </article>
  );
}
