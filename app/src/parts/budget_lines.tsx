// The lines of a household's sheet, to be typed with the family at the table.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import {
  centsOf,
  savedCents,
  typedAmount,
  type Direction,
  type Row,
  type Sheet,
} from "../core/budget";
import { nameOf } from "../core/colleagues";
import { isRemarkAlone, type SheetTyping } from "../form/budget";
import { money } from "../format";
import { to } from "../router";
import { t } from "../words";
import { idOf, remarksOf } from "./budget_row";
import { Icon } from "./icons";
import { Mark } from "./parts";

export function Lines(props: {
  sheet: Sheet;
  typing: SheetTyping;
  direction: Direction;
  title: string;
}): JSX.Element {
  const rows = props.sheet.rows.filter((row) => row.direction === props.direction);
  return (
    <fieldset class="budget-lines">
      <legend>{props.title}</legend>
      {rows.map((row) => (
        <Line key={row.key} row={row} sheet={props.sheet} typing={props.typing} />
      ))}
    </fieldset>
  );
}

function Line(props: { row: Row; sheet: Sheet; typing: SheetTyping }): JSX.Element {
  const { row, typing, sheet } = props;
  const id = idOf(row);
  const saved = savedCents(row.record);
  const typed = typing.typed(row.key, "amount");
  const savedAmount = saved === null ? "" : typedAmount(saved);
  const shown = typed === undefined ? savedAmount : String(typed ?? "");
  const cents = centsOf(shown);
  const isWrong = Number.isNaN(cents);
  const was = sheet.before.get(row.key);
  const remarks = remarksOf(row, typing);
  const [open, setOpen] = useState(remarks !== "");
  const notes = [
    isWrong && t("budget_no_amount"),
    saved !== null &&
      cents !== null &&
      cents !== saved &&
      t("budget_saved_as", { amount: money(saved) }),
    cents === null && saved !== null && t("budget_emptied", { amount: money(saved) }),
    row.record?.fields["amount"]?.contested &&
      (row.record.fields["amount"].values ?? [])
        .map((one) => `${one.mine ? t("you") : nameOf(one.author)} ${one.text}`)
        .join(", "),
    isRemarkAlone(row, shown, remarks) && t("budget_remark_alone"),
    was !== undefined && cents !== was && t("budget_was", { amount: money(was) }),
  ].filter(Boolean);
  return (
    <div class={`budget-line ${isWrong ? "field-wrong" : ""}`}>
      <label for={id}>
        {row.label}
        {row.record?.fields["amount"]?.contested && (
          <a href={to("record", row.record.id)}>
            <Mark tone="warning">{t("to_decide")}</Mark>
          </a>
        )}
      </label>
      <input
        id={id}
        class="form-control"
        inputMode="decimal"
        autocomplete="off"
        placeholder="0,00"
        value={shown}
        aria-invalid={isWrong || undefined}
        aria-describedby={notes.length > 0 ? `${id}-notes` : undefined}
        onInput={(event) =>
          typing.set([{ key: row.key, field: "amount", value: event.currentTarget.value }])
        }
      />
      <button
        type="button"
        class="icon-button"
        aria-expanded={open}
        aria-label={t("budget_remark", { what: row.label })}
        onClick={() => setOpen(!open)}
      >
        <Icon name="draft" />
      </button>
      {notes.length > 0 && (
        <p class={isWrong ? "help help-problem" : "help"} id={`${id}-notes`}>
          {notes.join(" · ")}
        </p>
      )}
      {open && (
        <input
          class="form-control budget-remark"
          aria-label={t("budget_remark", { what: row.label })}
          maxLength={500}
          value={remarks}
          onInput={(event) =>
            typing.set([{ key: row.key, field: "remarks", value: event.currentTarget.value }])
          }
        />
      )}
    </div>
  );
}

/** What the month is for: a goal, what was seen together, that nothing is left to write. */
