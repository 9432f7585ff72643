// With what a long list is made short: words, a choice, a page at a time.
import type { JSX } from "preact";
import { t } from "../words";

/** As people compare names: without accents and capitals. */
export const plain = (text: string): string =>
  text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export function SearchField(props: {
  id: string;
  label: string;
  value: string;
  onInput: (words: string) => void;
  /** Not on paper. */
  screenOnly?: boolean;
}): JSX.Element {
  return (
    <div class={props.screenOnly ? "field no-print" : "field"}>
      <label for={props.id}>{props.label}</label>
      <input
        id={props.id}
        type="search"
        class="form-control"
        value={props.value}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
    </div>
  );
}

/** `all`: what stands for no choice; without it there is always one. */
export function Select(props: {
  id: string;
  label: string;
  value: string;
  options: [string, string][];
  onChange: (value: string) => void;
  all?: string;
}): JSX.Element {
  return (
    <div class="field">
      <label for={props.id}>{props.label}</label>
      <select
        id={props.id}
        class="form-control"
        value={props.value}
        onChange={(event) => props.onChange(event.currentTarget.value)}
      >
        {props.all !== undefined && <option value="">{props.all}</option>}
        {props.options.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Nothing where no line is left. */
export function MoreButton(props: { left: number; onMore: () => void }): JSX.Element | null {
  if (props.left <= 0) return null;
  return (
    <button type="button" class="btn btn-outline-primary" onClick={props.onMore}>
      {t("more_left", { n: props.left })}
    </button>
  );
}
