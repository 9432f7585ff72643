// A field for a PIN, and a new one asked for twice.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t, type Word } from "../words";

export function PinField(props: {
  id: string;
  word: Word;
  value: string;
  help?: string;
  wrong?: boolean;
  disabled?: boolean;
  fresh?: boolean;
  onInput: (value: string) => void;
}): JSX.Element {
  const [seen, setSeen] = useState(false);
  return (
    <div class={`field ${props.wrong ? "field-wrong" : ""}`}>
      <label for={props.id}>{t(props.word)}</label>
      <div class="pin-line">
        <input
          id={props.id}
          class="form-control"
          type={seen ? "text" : "password"}
          maxLength={64}
          required
          autocomplete={props.fresh ? "new-password" : "current-password"}
          autocapitalize="off"
          spellcheck={false}
          disabled={props.disabled}
          aria-invalid={props.wrong}
          aria-describedby={props.help ? `${props.id}-help` : undefined}
          value={props.value}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
        <button
          type="button"
          class="btn btn-outline-secondary"
          aria-pressed={seen}
          onClick={() => setSeen(!seen)}
        >
          {t(seen ? "pin_hide" : "pin_show")}
        </button>
      </div>
      {props.help && (
        <p class="help" id={`${props.id}-help`}>
          {props.help}
        </p>
      )}
    </div>
  );
}

export interface NewPin {
  first: string;
  second: string;
}
export const NO_PIN: NewPin = { first: "", second: "" };
export function isSame(pin: NewPin): boolean {
  return pin.first !== "" && pin.first === pin.second;
}

export function NewPinFields(props: {
  pin: NewPin;
  onInput: (pin: NewPin) => void;
}): JSX.Element {
  const { pin } = props;
  const differs = pin.second.length >= pin.first.length && pin.second !== pin.first;
  return (
    <>
      <PinField
        id="pin-new"
        word="pin_new"
        value={pin.first}
        help={t("pin_help")}
        fresh
        onInput={(first) => props.onInput({ ...pin, first })}
      />
      <PinField
        id="pin-again"
        word="pin_again"
        value={pin.second}
        wrong={differs}
        help={differs ? t("pin_differs") : undefined}
        fresh
        onInput={(second) => props.onInput({ ...pin, second })}
      />
    </>
  );
}
