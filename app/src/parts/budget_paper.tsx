// A household's sheet on paper.
import type { JSX } from "preact";
import { sumsOf, type Direction, type Sheet } from "../core/budget";
import type { SheetTyping } from "../form/budget";
import { money, monthName } from "../format";
import { t } from "../words";
import { centsAt, remarksOf } from "./budget_row";

/** The sheet on paper: what is typed counts, empty lines stay off. */
export function Printed(props: { sheet: Sheet; typing: SheetTyping }): JSX.Element {
  const { sheet, typing } = props;
  const at = centsAt(typing);
  const sums = sumsOf(sheet.rows, at);
  const comment =
    typing.typed("month", "comment") ?? sheet.whole.record?.fields["comment"]?.value ?? "";
  const part = (direction: Direction, title: string, sum: number): JSX.Element => (
    <tbody>
      {sheet.rows
        .filter((row) => row.direction === direction && at(row) !== null)
        .map((row) => (
          <tr key={row.key}>
            <th scope="row">
              {row.label}
              {` ${remarksOf(row, typing)}`}
            </th>
            <td class="amount">{Number.isNaN(at(row)) ? "?" : money(at(row) ?? 0)}</td>
          </tr>
        ))}
      <tr class="figures-subtotal">
        <th scope="row">{title}</th>
        <td class="amount">{money(sum)}</td>
      </tr>
    </tbody>
  );
  return (
    <div class="print-only figures budget-print">
      <table>
        <caption>
          {sheet.family}, {monthName(sheet.month)}
          {typing.changed && ` (${t("budget_not_saved")})`}
        </caption>
        {part("entrata", t("budget_in"), sums.income)}
        {part("uscita", t("budget_out"), sums.outgoings)}
        <tbody>
          <tr class="figures-total">
            <th scope="row">
              {t(sums.income < sums.outgoings ? "budget_short" : "budget_left")}
            </th>
            <td class="amount">{money(Math.abs(sums.income - sums.outgoings))}</td>
          </tr>
        </tbody>
      </table>
      <p>{String(comment)}</p>
    </div>
  );
}
