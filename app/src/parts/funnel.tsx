// The path from a first call to a partner: how many stand where, whom to call next.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { loadFunnel, startContact, type Funnel, type Stage } from "../core/funnel";
import { useAct, useLoad } from "../core/hooks";
import type { RecordLine } from "../core/types";
import { dayInWords, daysUntil } from "../format";
import { go, to } from "../router";
import { t } from "../words";
import { Await, Empty, Failed, Mark, Row, Section } from "./parts";

const AGREED_SHOWN = 8;

export function FunnelPanel(props: { dossier: string; account: string }): JSX.Element {
  const load = useLoad(() => loadFunnel(props.dossier), `funnel ${props.dossier}`);
  return (
    <Await of={load}>
      {(funnel) => (
        <>
          <Agreed funnel={funnel} />
          <Stages funnel={funnel} dossier={props.dossier} account={props.account} />
        </>
      )}
    </Await>
  );
}

function Agreed(props: { funnel: Funnel }): JSX.Element | null {
  const { agreed } = props.funnel;
  if (agreed.length === 0) return null;
  return (
    <Section title={t("contacts_agreed")} count={agreed.length}>
      <ul class="rows">
        {agreed.slice(0, AGREED_SHOWN).map((one) => (
          <Row
            key={one.contact}
            icon="clock"
            href={to("record", one.contact)}
            title={one.what || one.stakeholder}
            note={`${one.stakeholder} · ${dayInWords(one.day)}`}
            mark={
              daysUntil(one.day) < 0 ? <Mark tone="warning">{t("overdue")}</Mark> : undefined
            }
          />
        ))}
      </ul>
    </Section>
  );
}

function Stages(props: { funnel: Funnel; dossier: string; account: string }): JSX.Element {
  const { funnel } = props;
  const [open, setOpen] = useState("");
  const most = Math.max(1, ...funnel.stages.map((one) => one.stakeholders.length));
  return (
    <Section
      title={t("funnel")}
      count={funnel.total}
      action={
        <a class="btn btn-sm btn-outline-primary" href={to("new", props.dossier, "stakeholder")}>
          {t("funnel_new")}
        </a>
      }
    >
      {funnel.total === 0 && <Empty>{t("funnel_none")}</Empty>}
      <ol class="funnel">
        {funnel.stages.map((stage) => {
          const n = stage.stakeholders.length;
          const isOpen = open === (stage.code || "-");
          return (
            <li key={stage.code}>
              <button
                type="button"
                class="funnel-stage"
                aria-expanded={isOpen}
                disabled={n === 0}
                onClick={() => setOpen(isOpen ? "" : stage.code || "-")}
              >
                <span>{stage.label || t("funnel_nowhere")}</span>
                <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                  <rect width={(n / most) * 100} height="10" />
                </svg>
                <strong>{n}</strong>
              </button>
              {isOpen && <People stage={stage} dossier={props.dossier} account={props.account} />}
            </li>
          );
        })}
      </ol>
    </Section>
  );
}

function People(props: { stage: Stage; dossier: string; account: string }): JSX.Element {
  const act = useAct();
  const contact = (one: RecordLine): void =>
    void act.run(async () => {
      const { stage, dossier, account } = props;
      const draft = await startContact(dossier, one.id, stage.code, account);
      go("edit", draft.id);
    });
  return (
    <ul class="plain">
      <Failed error={act.failure} />
      {props.stage.stakeholders.map((one) => (
        <li key={one.id} class="funnel-line">
          <a href={to("record", one.id)}>{one.title}</a>
          <button
            type="button"
            class="btn btn-sm btn-outline-primary"
            disabled={act.busy}
            aria-label={t("contact_with", { who: one.title })}
            onClick={() => contact(one)}
          >
            {t("contact_new")}
          </button>
        </li>
      ))}
    </ul>
  );
}
