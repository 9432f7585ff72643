import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useAct } from "../core/hooks";
import { type AccountStep, beginAccount, type Returned, stepAccount } from "../core/sign_in";
import { Failed, Note } from "../parts/parts";
import { t } from "../words";

interface TypedProps {
  id: string;
  label: string;
  help?: string;
  value: string;
  onValue: (value: string) => void;
  kind?: "text" | "password";
  autocomplete: string;
  digits?: boolean;
}

/** Nothing is put right for the person: names and codes are typed as they are. */
function Typed(props: TypedProps): JSX.Element {
  const { id, help } = props;
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        class="form-control"
        type={props.kind ?? "text"}
        required
        maxLength={512}
        autocomplete={props.autocomplete}
        autocapitalize="none"
        spellcheck={false}
        inputMode={props.digits === true ? "numeric" : "text"}
        aria-describedby={help === undefined ? undefined : `${id}-help`}
        value={props.value}
        onInput={(event) => props.onValue(event.currentTarget.value)}
      />
      {help !== undefined && (
        <p class="help" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  );
}

function Next({ label, busy }: { label: string; busy: boolean }): JSX.Element {
  return (
    <button class="btn btn-primary btn-lg wide" disabled={busy}>
      {busy ? t("loading") : label}
    </button>
  );
}

/** For an app of codes: on this very telephone by a touch, on another by hand. */
function TotpToAdd({ step }: { step: AccountStep }): JSX.Element {
  const secret = (step.totp_secret ?? "").replace(/(.{4})(?=.)/g, "$1 ");
  return (
    <>
      <p>{t("account_totp_why")}</p>
      <p>
        <a href={step.totp_address}>{t("account_totp_open")}</a>
      </p>
      <p class="help">{t("account_totp_hand")}</p>
      <p>
        <code>{secret}</code>
      </p>
    </>
  );
}

/** Shown once. */
function Recovery({ codes, done }: { codes: string[]; done: () => void }): JSX.Element {
  return (
    <Note tone="warning">
      <p>{t("account_codes_why")}</p>
      <ul class="plain">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <button type="button" class="btn btn-primary btn-lg wide" onClick={done}>
        {t("account_codes_kept")}
      </button>
    </Note>
  );
}

interface AccountSignInProps {
  /** Makes the tablet theirs, once all was proven. */
  bind: (ready: Returned) => Promise<void>;
  online: boolean;
}

/** Name and password, then whatever the server asks for. */
export function AccountSignIn({ bind, online }: AccountSignInProps): JSX.Element {
  const [step, setStep] = useState<AccountStep | null>(null);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [code, setCode] = useState("");
  const act = useAct();
  const goTo = async (reached: AccountStep): Promise<void> => {
    setPassword("");
    setAgain("");
    setCode("");
    setStep(reached);
    if (reached.next === "ready" && reached.recovery_codes === undefined) await bind(reached);
  };
  const send = async (): Promise<void> => {
    if (step === null) return goTo(await beginAccount(name.trim(), password));
    if (step.next === "ready") return bind(step);
    if (step.next === "new_password") {
      if (password !== again) throw new Error(t("account_not_same"));
      return goTo(await stepAccount(step, { new_password: password }));
    }
    const isDigits = /^[0-9 ]+$/.test(code) || step.next === "totp";
    return goTo(await stepAccount(step, { [isDigits ? "code" : "recovery_code"]: code.trim() }));
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    void act.run(send);
  };
  const codes = step?.recovery_codes;
  if (step !== null && codes !== undefined) {
    const rest = (): void => {
      const { recovery_codes: _, ...seen } = step;
      void act.run(() => goTo(seen));
    };
    return <Recovery codes={codes} done={rest} />;
  }
  return (
    <form class="sign-in" aria-label={t("account_title")} onSubmit={submit}>
      {step === null && (
        <>
          <Typed id="account" label={t("account_name")} value={name} onValue={setName}
            autocomplete="username" />
          <Typed id="password" label={t("account_password")} kind="password" value={password}
            onValue={setPassword} autocomplete="current-password" />
        </>
      )}
      {step?.next === "new_password" && (
        <>
          <p>{t("account_choose")}</p>
          <Typed id="new-password" label={t("account_new")} help={t("account_new_help")}
            kind="password" value={password} onValue={setPassword} autocomplete="new-password" />
          <Typed id="again" label={t("account_again")} kind="password" value={again}
            onValue={setAgain} autocomplete="new-password" />
        </>
      )}
      {step?.next === "totp" && <TotpToAdd step={step} />}
      {(step?.next === "code" || step?.next === "totp") && (
        <Typed id="one-time" label={t("account_code")} value={code} onValue={setCode}
          help={step.next === "code" ? t("account_code_help") : undefined}
          autocomplete="one-time-code" digits={step.next === "totp"} />
      )}
      <Failed error={act.failure} />
      <div class="buttons">
        <Next label={step === null ? t("account_enter") : t("account_next")}
          busy={act.busy || !online} />
        {step !== null && (
          <button type="button" class="btn btn-outline-primary btn-lg wide"
            onClick={() => setStep(null)}>
            {t("account_begin_again")}
          </button>
        )}
      </div>
    </form>
  );
}
