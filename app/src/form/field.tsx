// One field of a form, as its kind wants it. Values go to the core as a person writes them.
import type { JSX } from "preact";
import { typedName } from "../core/colleagues";
import type { Code, FieldType, Json, RecordLine } from "../core/types";
import { localInput } from "../format";
import { Mark } from "../parts/parts";
import { t } from "../words";

/** Kinds that no form edits: they have commands of their own, or none yet. */
const NOT_EDITED = new Set(["position", "blob", "blobs", "escrow", "counter"]);

/** What the core writes by itself: under which text a signature stands. */
const BY_CORE = new Set(["text_digest"]);

/** What may be chosen, and what is chosen though it is offered no more or not here yet. */
export function offered(field: FieldType, value: Json): Code[] {
  const chosen = Array.isArray(value) ? value.map(String) : [textOf(value)];
  const codes = field.codes ?? [];
  const unknown = chosen.filter((one) => one !== "" && !codes.some((code) => code.code === one));
  return [
    ...codes.filter((one) => !one.retired || chosen.includes(one.code)),
    ...unknown.map((code) => ({ code, label: code })),
  ];
}

/** A list of the space's own in which nothing is yet is no question. */
const isEmptyList = (field: FieldType): boolean =>
  field.list !== undefined && field.codes?.length === 0;

export function isEdited(field: FieldType): boolean {
  if (isEmptyList(field)) return false;
  return !field.retired && !NOT_EDITED.has(field.kind) && !BY_CORE.has(field.name);
}

export interface FieldProps {
  field: FieldType;
  value: Json;
  /** What references may point to. */
  targets: RecordLine[];
  problem?: string | undefined;
  warning?: string | undefined;
  locked?: boolean;
  autofocus?: boolean;
  onInput: (value: Json) => void;
}

const listOf = (value: Json): string[] => (Array.isArray(value) ? value.map(String) : []);

function textOf(value: Json): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "object" && !Array.isArray(value) && "cents" in value) {
    const cents = String(value["cents"]);
    const padded = cents.replace("-", "").padStart(3, "0");
    return `${cents.startsWith("-") ? "-" : ""}${padded.slice(0, -2)},${padded.slice(-2)}`;
  }
  return String(value);
}

/** An empty field is no value, not an empty text. */
const orNothing = (text: string): Json => (text === "" ? null : text);

export function Field(props: FieldProps): JSX.Element {
  const { field, problem } = props;
  const id = `f-${field.name}`;
  const many =
    field.kind === "codes" ||
    field.kind === "references" ||
    field.kind === "boolean" ||
    (field.kind === "code" && offered(field, props.value).length <= 5);
  const help = field.help && field.help.replace(/\.$/, "") !== field.label ? field.help : "";
  // Of an account, whose it is.
  const named = typedName(field.name, textOf(props.value));
  const described = [help && `${id}-help`, problem && `${id}-problem`].filter(Boolean).join(" ");
  const label = (
    <>
      {field.label}
      {field.required && <span class="needed"> ({t("required")})</span>}
      {field.sensitive && (
        <>
          {" "}
          <Mark tone="neutral">{t("sensitive")}</Mark>
        </>
      )}
    </>
  );
  const under = (
    <>
      {help && (
        <p class="help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {named !== textOf(props.value) && <p class="help">{named}</p>}
      {field.write_once && <p class="help">{t("write_once")}</p>}
      {props.warning && <p class="help help-warning">{props.warning}</p>}
      {problem && (
        <p class="help help-problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </>
  );
  if (many) {
    return (
      <fieldset
        class={`field ${problem ? "field-wrong" : ""}`}
        id={id}
        aria-describedby={described || undefined}
        disabled={props.locked}
      >
        <legend>{label}</legend>
        <Choices {...props} id={id} />
        {under}
      </fieldset>
    );
  }
  return (
    <div class={`field ${problem ? "field-wrong" : ""}`}>
      <label for={id}>{label}</label>
      <Input {...props} id={id} described={described} />
      {under}
    </div>
  );
}

function Choices(props: FieldProps & { id: string }): JSX.Element {
  const { field, value, onInput } = props;
  if (field.kind === "boolean") {
    const options: [string, Json][] = [
      [t("yes"), true],
      [t("no"), false],
      [t("unknown"), null],
    ];
    return (
      <div class="choices">
        {options.map(([label, one]) => (
          <Choice
            key={label}
            type="radio"
            name={props.id}
            label={label}
            checked={(value ?? null) === one}
            onChange={() => onInput(one)}
          />
        ))}
      </div>
    );
  }
  if (field.kind === "code") {
    const codes = field.required
      ? offered(field, value)
      : [...offered(field, value), { code: "", label: t("unknown") }];
    return (
      <div class="choices">
        {codes.map((one) => (
          <Choice
            key={one.code}
            type="radio"
            name={props.id}
            label={one.label}
            checked={textOf(value) === one.code}
            onChange={() => onInput(orNothing(one.code))}
          />
        ))}
      </div>
    );
  }
  const options =
    field.kind === "codes"
      ? offered(field, value).map((one) => ({ id: one.code, label: one.label }))
      : props.targets.map((one) => ({ id: one.id, label: one.title }));
  const chosen = listOf(value);
  if (options.length === 0) return <p class="help">{t("none")}</p>;
  return (
    <div class={`choices ${options.length > 12 ? "choices-long" : ""}`}>
      {options.map((one) => (
        <Choice
          key={one.id}
          type="checkbox"
          name={props.id}
          label={one.label}
          checked={chosen.includes(one.id)}
          onChange={(on) => onInput(on ? [...chosen, one.id] : chosen.filter((x) => x !== one.id))}
        />
      ))}
    </div>
  );
}

export function Choice(props: {
  type: "radio" | "checkbox";
  name: string;
  label: string;
  checked: boolean;
  onChange: (on: boolean) => void;
}): JSX.Element {
  return (
    <label class={`choice ${props.checked ? "choice-on" : ""}`}>
      <input
        type={props.type}
        name={props.name}
        checked={props.checked}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <span>{props.label}</span>
    </label>
  );
}

function Input(props: FieldProps & { id: string; described: string }): JSX.Element {
  const { field, value, onInput } = props;
  const common = {
    id: props.id,
    class: "form-control",
    "aria-describedby": props.described || undefined,
    "aria-invalid": props.problem ? true : undefined,
    disabled: props.locked,
    autofocus: props.autofocus,
  };
  const onText = (event: JSX.TargetedEvent<HTMLInputElement | HTMLTextAreaElement>): void =>
    onInput(orNothing(event.currentTarget.value));
  switch (field.kind) {
    case "text":
      // An emptied text is a text, not the absence of one.
      return (
        <textarea
          {...common}
          rows={5}
          value={textOf(value)}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      );
    case "strings":
      return (
        <>
          <textarea
            {...common}
            rows={2}
            value={listOf(value).join("\n")}
            onInput={(event) => onInput(event.currentTarget.value.split("\n"))}
          />
          <p class="help">{t("one_per_line")}</p>
        </>
      );
    case "date":
      return <input {...common} type="date" value={textOf(value)} onInput={onText} />;
    case "instant": {
      const at = textOf(value);
      return (
        <input
          {...common}
          type="datetime-local"
          value={at ? localInput(at) : ""}
          onInput={(event) =>
            onInput(
              event.currentTarget.value ? new Date(event.currentTarget.value).toISOString() : null,
            )
          }
        />
      );
    }
    case "integer":
      return <input {...common} inputMode="numeric" value={textOf(value)} onInput={onText} />;
    case "real":
    case "money":
      return <input {...common} inputMode="decimal" value={textOf(value)} onInput={onText} />;
    case "code":
    case "reference": {
      const options =
        field.kind === "code"
          ? offered(field, value).map((one) => ({ id: one.code, label: one.label }))
          : props.targets.map((one) => ({ id: one.id, label: one.title }));
      return (
        <select
          {...common}
          value={textOf(value)}
          onChange={(event) => onInput(orNothing(event.currentTarget.value))}
        >
          <option value="">{field.required ? t("choose") : t("unknown")}</option>
          {options.map((one) => (
            <option key={one.id} value={one.id}>
              {one.label}
            </option>
          ))}
        </select>
      );
    }
    default:
      return <input {...common} value={textOf(value)} onInput={onText} />;
  }
}
