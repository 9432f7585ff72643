// The household's budget with the family at the table: a month's income and outgoings, summed while
// somebody types, what is missing, what they want to put aside.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import {
  centsOf,
  isMonth,
  loadSheet,
  missingOf,
  monthBeside,
  sumsOf,
  thisMonth,
  typedAmount,
  type Sheet,
} from "../core/budget";
import { CoreError, requestId } from "../core/core";
import { useAct } from "../core/hooks";
import { savedWord } from "../core/practice";
import { useSheet, type SheetTyping } from "../form/budget";
import { money, monthName } from "../format";
import { Lines } from "../parts/budget_lines";
import { Printed } from "../parts/budget_paper";
import { centsAt, idOf } from "../parts/budget_row";
import { Icon } from "../parts/icons";
import { DiscardButton, Empty, Failed, Note, say, Section, Title } from "../parts/parts";
import { go, to } from "../router";
import { t } from "../words";

export function BudgetScreen(props: { dossier: string; month: string }): JSX.Element {
  const month = isMonth(props.month) ? props.month : thisMonth();
  // Once: what arrives while somebody types is not put under their fingers.
  const [round, setRound] = useState(0);
  const [loaded, setLoaded] = useState<{ sheet: Sheet; key: string } | null>(null);
  const [error, setError] = useState<Error | null>(null);
  useEffect(() => {
    let wanted = true;
    setError(null); // of another month, or of the time before
    loadSheet(props.dossier, month).then(
      (sheet) => {
        // A sheet of its own for each load: what was typed on the one before is saved or kept.
        if (wanted) setLoaded({ sheet, key: `${month} ${round}` });
      },
      (fault: Error) => {
        if (wanted) setError(fault);
      },
    );
    return () => {
      wanted = false;
    };
  }, [props.dossier, month, round]);
  if (error) {
    return (
      <>
        <Title text={t("budget")} back={["dossier", props.dossier]} />
        <Failed error={error} />
        <button type="button" class="btn btn-primary" onClick={() => setRound(round + 1)}>
          {t("retry")}
        </button>
      </>
    );
  }
  if (!loaded) {
    return (
      <p class="empty" aria-busy="true">
        {t("loading")}
      </p>
    );
  }
  const { sheet, key } = loaded;
  if (!sheet.allowed) {
    return (
      <>
        <Title text={t("budget")} back={["dossier", props.dossier]} />
        <Empty>{t("budget_not_here")}</Empty>
      </>
    );
  }
  return <Loaded key={key} sheet={sheet} again={() => setRound(round + 1)} />;
}

function Loaded(props: { sheet: Sheet; again: () => void }): JSX.Element {
  const { sheet } = props;
  const typing = useSheet(sheet);
  const act = useAct();
  const request = useRef(requestId());
  // Nobody types into what is about to be replaced.
  const [replaced, setReplaced] = useState(false);
  const replace = (): void => {
    setReplaced(true);
    props.again();
  };
  const at = centsAt(typing);
  const wrong = sheet.rows.filter((row) => Number.isNaN(at(row)));

  const save = (event: Event): void => {
    event.preventDefault();
    const [first] = wrong;
    if (first) {
      document.getElementById(idOf(first))?.focus();
      return;
    }
    void act.run(async () => {
      let lacking: string[];
      try {
        lacking = await typing.save(request.current);
      } catch (error) {
        request.current = requestId();
        if (!(error instanceof CoreError) || error.code !== "already_exists") throw error;
        // A line of the same name came meanwhile: what was typed stands beside it, kept as it was.
        say(t("budget_came"));
        replace();
        return;
      }
      const rows = sheet.rows.filter((row) => lacking.includes(row.key));
      const what = rows.map((row) => row.label).join(", ");
      say(what ? t("budget_lacks_amount", { what }) : t(savedWord()));
      replace();
    });
  };
  return (
    <>
      <Title text={t("budget")} lead={sheet.family} back={["dossier", sheet.dossier]} />
      <Months sheet={sheet} before={typing.flush} />
      <form class="form budget" data-kept onSubmit={save} noValidate>
        <fieldset class="budget-all" disabled={act.busy || replaced}>
          <Totals sheet={sheet} typing={typing} />
          <Missing sheet={sheet} typing={typing} />
          <Lines sheet={sheet} typing={typing} direction="entrata" title={t("budget_in")} />
          <Lines sheet={sheet} typing={typing} direction="uscita" title={t("budget_out")} />
          <Together sheet={sheet} typing={typing} />
          <Failed error={act.failure} />
          <div class="buttons budget-rest">
            <button type="button" class="btn btn-outline-primary" onClick={() => window.print()}>
              {t("print")}
            </button>
            {typing.changed && (
              <DiscardButton
                onSure={() =>
                  void act.run(async () => {
                    await typing.discard();
                    replace();
                  })
                }
              />
            )}
          </div>
          <div class="form-end">
            <p class="kept" role="status">
              {typing.kept ? t(typing.changed ? "draft_kept" : "budget_as_saved") : t("keeping")}
            </p>
            <div class="buttons">
              <button class="btn btn-primary btn-lg" disabled={!typing.changed}>
                {t("save")}
              </button>
              <button
                type="button"
                class="btn btn-outline-primary"
                disabled={typing.steps === 0}
                onClick={typing.undo}
              >
                <Icon name="undo" />
                {t("budget_undo")}
              </button>
            </div>
          </div>
        </fieldset>
      </form>
      <Printed sheet={sheet} typing={typing} />
      <Overview sheet={sheet} />
    </>
  );
}

function Months(props: { sheet: Sheet; before: () => Promise<void> }): JSX.Element {
  const { dossier, month } = props.sheet;
  const move = (by: number): void => {
    const next = monthBeside(month, by);
    const open = (): void => go("budget", dossier, next);
    props.before().then(open, open);
  };
  return (
    <div class="month-bar no-print">
      <button
        type="button"
        class="icon-button"
        aria-label={t("budget_month", { month: monthName(monthBeside(month, -1)) })}
        onClick={() => move(-1)}
      >
        <Icon name="back" />
      </button>
      <h2>{monthName(month)}</h2>
      <button
        type="button"
        class="icon-button"
        aria-label={t("budget_month", { month: monthName(monthBeside(month, 1)) })}
        onClick={() => move(1)}
      >
        <Icon name="next" />
      </button>
    </div>
  );
}

function Totals(props: { sheet: Sheet; typing: SheetTyping }): JSX.Element {
  const { income, outgoings } = sumsOf(props.sheet.rows, centsAt(props.typing));
  const balance = income - outgoings;
  return (
    <dl class="budget-totals">
      <div>
        <dt>{t("budget_in")}</dt>
        <dd>{money(income)}</dd>
      </div>
      <div>
        <dt>{t("budget_out")}</dt>
        <dd>{money(outgoings)}</dd>
      </div>
      <div class={balance < 0 ? "short" : ""}>
        <dt>{t(balance < 0 ? "budget_short" : "budget_left")}</dt>
        <dd>{money(Math.abs(balance))}</dd>
      </div>
    </dl>
  );
}

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function Missing(props: { sheet: Sheet; typing: SheetTyping }): JSX.Element | null {
  const { sheet, typing } = props;
  const at = centsAt(typing);
  const missing = missingOf(sheet.rows, sheet.before, at);
  if (missing.length === 0) return null;
  const labels = missing.map(
    (key) => sheet.rows.find((row) => row.key === key)?.label ?? t("budget_some_income"),
  );
  const repeated = sheet.rows.filter((row) => at(row) === null && sheet.before.has(row.key));
  const repeat = (): void =>
    typing.set(
      repeated.map((row) => ({
        key: row.key,
        field: "amount",
        value: typedAmount(sheet.before.get(row.key) ?? 0),
      })),
    );
  return (
    <Note tone="info" title={t("budget_missing")}>
      <p>{upper(labels.join(", "))}.</p>
      {repeated.length > 0 && (
        <button type="button" class="btn btn-sm btn-outline-primary" onClick={repeat}>
          {t(repeated.length === 1 ? "budget_repeat_one" : "budget_repeat", {
            n: repeated.length,
            month: monthName(monthBeside(sheet.month, -1)),
          })}
        </button>
      )}
    </Note>
  );
}

function Together(props: { sheet: Sheet; typing: SheetTyping }): JSX.Element {
  const { sheet, typing } = props;
  const saved = sheet.whole.record?.fields ?? {};
  const goal = typing.typed("month", "savings_goal");
  const goalSaved = saved["savings_goal"]?.value;
  const goalText =
    goal === undefined
      ? goalSaved !== null && typeof goalSaved === "object" && !Array.isArray(goalSaved)
        ? typedAmount(Number(goalSaved["cents"] ?? 0))
        : ""
      : String(goal ?? "");
  const goalCents = centsOf(goalText);
  const { income, outgoings } = sumsOf(sheet.rows, centsAt(typing));
  const closed = (typing.typed("month", "closed") ?? saved["closed"]?.value) === true;
  return (
    <>
      <div class={`field ${Number.isNaN(goalCents) ? "field-wrong" : ""}`}>
        <label for="b-goal">{t("budget_goal")}</label>
        <input
          id="b-goal"
          class="form-control"
          inputMode="decimal"
          autocomplete="off"
          value={goalText}
          aria-describedby="b-goal-help"
          onInput={(event) =>
            typing.set([
              { key: "month", field: "savings_goal", value: event.currentTarget.value || null },
            ])
          }
        />
        <p class="help" id="b-goal-help">
          {Number.isNaN(goalCents)
            ? t("budget_no_amount")
            : goalCents === null
              ? t("budget_goal_help")
              : income - outgoings >= goalCents
                ? t("budget_goal_met")
                : t("budget_goal_left", { amount: money(goalCents - income + outgoings) })}
        </p>
      </div>
      <div class="field">
        <label for="b-comment">{t("budget_comment")}</label>
        <textarea
          id="b-comment"
          class="form-control"
          rows={4}
          value={String(typing.typed("month", "comment") ?? saved["comment"]?.value ?? "")}
          onInput={(event) =>
            typing.set([{ key: "month", field: "comment", value: event.currentTarget.value }])
          }
        />
      </div>
      <label class={`choice ${closed ? "choice-on" : ""}`}>
        <input
          type="checkbox"
          checked={closed}
          disabled={saved["closed"]?.value === true}
          onChange={(event) =>
            typing.set([
              { key: "month", field: "closed", value: event.currentTarget.checked || null },
            ])
          }
        />
        <span>{t("budget_closed")}</span>
      </label>
    </>
  );
}

const MONTHS_SHOWN = 12;

function Overview(props: { sheet: Sheet }): JSX.Element | null {
  const { months, dossier } = props.sheet;
  const [all, setAll] = useState(false);
  if (months.length === 0) return null;
  const shown = all ? months : months.slice(0, MONTHS_SHOWN);
  return (
    <Section title={t("budget_months")} id="budget-months">
      <div class="figures" tabIndex={0} role="group" aria-label={t("budget_months")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("budget_of_month")}</th>
              <th scope="col" class="amount">
                {t("budget_in")}
              </th>
              <th scope="col" class="amount">
                {t("budget_out")}
              </th>
              <th scope="col" class="amount">
                {t("budget_balance")}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <tr key={one.month}>
                <th scope="row">
                  <a href={to("budget", dossier, one.month)}>{monthName(one.month)}</a>
                </th>
                <td class="amount">{money(one.income)}</td>
                <td class="amount">{money(one.outgoings)}</td>
                <td class="amount">{money(one.income - one.outgoings)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < months.length && (
        <button type="button" class="btn btn-sm btn-link" onClick={() => setAll(true)}>
          {t("more")} ({months.length - shown.length})
        </button>
      )}
    </Section>
  );
}
