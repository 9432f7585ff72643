// Where a record is, step by step. It says what is known and nothing that is hoped.
import type { JSX } from "preact";
import { isPractice } from "../core/practice";
import type { ReceiptState, WholeRecord } from "../core/types";
import { Icon } from "./icons";
import { Note } from "./parts";
import { t, type Word } from "../words";

const STEPS: { state: ReceiptState; word: Word }[] = [
  { state: "saved_here", word: "receipt_saved" },
  { state: "with_colleague", word: "receipt_colleague" },
  { state: "sent", word: "receipt_sent" },
  { state: "applied", word: "receipt_applied" },
  { state: "seen", word: "receipt_seen" },
];

/** How far a record has come; what waits for a decision, or was refused, has arrived. */
function reached(receipt: ReceiptState): number {
  const waits = receipt === "waiting" || receipt === "refused";
  if (waits) return STEPS.findIndex((one) => one.state === "applied");
  return STEPS.findIndex((one) => one.state === receipt);
}

export function Receipt(props: { record: WholeRecord }): JSX.Element {
  const { receipt } = props.record;
  const at = reached(receipt);
  // "Sent" is a step of its own only while the answer is awaited, and so is "with a colleague".
  const passing: ReceiptState[] = ["sent", "with_colleague"];
  const steps = isPractice()
    ? STEPS.slice(0, 1)
    : STEPS.filter((one) => !passing.includes(one.state) || receipt === one.state);
  return (
    <section class="receipt no-print" aria-label={t("receipt_title")}>
      <ol>
        {steps.map((step) => {
          const done = STEPS.indexOf(step) <= at;
          return (
            <li key={step.state} class={done ? "done" : undefined}>
              <Icon name={done ? "done" : "clock"} />
              <span>
                {t(step.word)}
                {!done && <small>{t("receipt_not_yet")}</small>}
              </span>
            </li>
          );
        })}
        {receipt === "waiting" && (
          <li class="open">
            <Icon name="review" />
            <span>{t("receipt_waiting")}</span>
          </li>
        )}
      </ol>
      {receipt === "refused" && (
        <Note tone="danger" title={t("receipt_refused")}>
          <p>{t("receipt_refused_why")}</p>
        </Note>
      )}
    </section>
  );
}
