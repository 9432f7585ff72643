// Two records side by side, line by line: what is the same, what differs, what only one says.
import type { JSX } from "preact";
import { useLoad } from "../core/hooks";
import { wholeRecord } from "../core/records";
import type { WholeRecord } from "../core/types";
import { to } from "../router";
import { t } from "../words";
import { Await, Mark } from "./parts";

interface Pair {
  name: string;
  label: string;
  left: string;
  right: string;
}

export function pairsOf(left: WholeRecord, right: WholeRecord): Pair[] {
  const names = [...new Set([...Object.keys(left.fields), ...Object.keys(right.fields)])];
  return names
    .map((name) => ({
      name,
      label: left.fields[name]?.label ?? right.fields[name]?.label ?? name,
      left: left.fields[name]?.text ?? "",
      right: right.fields[name]?.text ?? "",
    }))
    .filter((one) => one.left !== "" || one.right !== "");
}

export function SideBySide(props: { left: string; right: string }): JSX.Element {
  const load = useLoad(
    () => Promise.all([wholeRecord(props.left), wholeRecord(props.right)]),
    `${props.left} ${props.right}`,
  );
  return (
    <Await of={load}>
      {([left, right]) => <Table left={left} right={right} />}
    </Await>
  );
}

function Head(props: { record: WholeRecord }): JSX.Element {
  return (
    <th scope="col">
      <a href={to("record", props.record.id)}>{props.record.title}</a>
      <small>{props.record.type_label}</small>
    </th>
  );
}

function Table(props: { left: WholeRecord; right: WholeRecord }): JSX.Element {
  const { left, right } = props;
  return (
    <div class="figures" role="region" aria-label={t("side_by_side")} tabIndex={0}>
      <table class="side-by-side">
        <thead>
          <tr>
            <th scope="col">
              <span class="visually-hidden">{t("field_name")}</span>
            </th>
            <Head record={left} />
            <Head record={right} />
          </tr>
        </thead>
        <tbody>
          {pairsOf(left, right).map((one) => {
            const differs = one.left !== "" && one.right !== "" && one.left !== one.right;
            return (
              <tr key={one.name} class={differs ? "differs" : undefined}>
                <th scope="row">
                  {one.label} {differs && <Mark tone="warning">{t("differs")}</Mark>}
                </th>
                <td>{one.left || "–"}</td>
                <td>{one.right || "–"}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
