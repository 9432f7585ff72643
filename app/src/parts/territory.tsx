// The territory of a report, to choose from what there is: nobody knows codes by heart.
import type { JSX } from "preact";
import type { Territories } from "../core/territory";
import type { Code } from "../core/types";
import { t } from "../words";

export function TerritoryField(props: {
  id: string;
  label: string;
  territories: Territories;
  value: string;
  onInput: (value: string) => void;
}): JSX.Element {
  const { here, areas, others } = props.territories;
  return (
    <div class="field">
      <label for={props.id}>{props.label}</label>
      <select
        id={props.id}
        class="form-control"
        value={props.value}
        onChange={(event) => props.onInput(event.currentTarget.value)}
      >
        <option value="">{t("report_all")}</option>
        <Group label={t("territory_here")} codes={here} />
        <Group label={t("territory_areas")} codes={areas} />
        <Group label={t("territory_others")} codes={others} />
      </select>
    </div>
  );
}

function Group(props: { label: string; codes: Code[] }): JSX.Element | null {
  if (props.codes.length === 0) return null;
  return (
    <optgroup label={props.label}>
      {props.codes.map((one) => (
        <option key={one.code} value={one.code}>
          {one.label}
        </option>
      ))}
    </optgroup>
  );
}
