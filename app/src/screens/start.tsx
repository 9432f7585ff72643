import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { keepStorage, read, requestId, tellChange } from "../core/core";
import {
  holderHere,
  isShared,
  noteConnected,
  removeHolder,
  takeInvited,
} from "../core/holders";
import { useAct, usePicture } from "../core/hooks";
import { keep, kept } from "../core/kept";
import { learnPolicy } from "../core/lock";
import { enterPractice } from "../core/practice";
import {
  invitationOf,
  isOurs,
  type Returned,
  signIn,
  takeReturned,
  waysAsked,
  waysIn,
} from "../core/sign_in";
import { syncNow } from "../core/sync";
import { ChangeHolder } from "../parts/change_holder";
import { Icon } from "../parts/icons";
import { Failed, Note, Title } from "../parts/parts";
import { ScanInvitation } from "../parts/scan";
import { t } from "../words";
import { AccountSignIn } from "./account_sign_in";

/** The first start: an invitation makes this tablet somebody's. An address may carry one along. */
export function Start(): JSX.Element {
  const [code, setCode] = useState(takeInvited);
  // Devices of one tablet have one name, so that an operator who hears it was lost finds them all.
  const [name, setName] = useState(isShared() ? kept("tablet-name") : "");
  const act = useAct();
  const { online } = usePicture();
  const [{ provider, account }, setWays] = useState({ provider: "", account: false });
  const [returned] = useState(takeReturned);
  const cameBack = useRef(false);
  const bind = async (invitation: string): Promise<void> => {
    const args: Record<string, string> = { invitation };
    if (!invitation.includes("://")) args["server"] = location.origin;
    if (name.trim()) args["device_name"] = name.trim();
    await waysAsked();
    // Shown once it is known whether a PIN is asked for.
    if (isShared()) noteConnected();
    await read("device.enrol", { request_id: requestId(), ...args });
    if (name.trim()) await keep("tablet-name", name.trim());
    await learnPolicy();
    await keepStorage();
    tellChange();
    void syncNow();
  };
  const enrol = (event: Event): void => {
    event.preventDefault();
    void act.run(() => bind(code.trim()));
  };
  const bindWith = async (ready: Returned): Promise<void> => bind(await invitationOf(ready));
  // One request to the server at a time: first what came back, then whether one can sign in.
  const begin = async (): Promise<void> => {
    let bound = false;
    if (returned !== null && !cameBack.current) {
      cameBack.current = true;
      await act.run(async () => {
        const invitation = isOurs(returned) ? await invitationOf(returned) : "";
        if (invitation === "") throw new Error(t("sign_in_lost"));
        await bind(invitation);
        bound = true;
      });
    }
    if (!bound && provider === "" && !account) setWays(await waysIn());
  };
  useEffect(() => {
    void begin();
  }, [online]);
  return (
    <main class="alone start" id="main">
      <svg class="logo big" viewBox="0 0 32 32" aria-hidden="true">
        <circle cx="12" cy="16" r="8" />
        <circle cx="20" cy="16" r="8" />
      </svg>
      <Title text={t("start_title")} lead={t("start_lead")} />
      {holderHere() !== "" && <ChangeHolder act={act} />}
      {isShared() && holderHere() === "" && (
        <Note tone="info" title={t("holder_new")}>
          <p>{t("holder_new_why")}</p>
          <button
            type="button"
            class="btn btn-outline-primary"
            disabled={act.busy}
            onClick={() => void act.run(removeHolder)}
          >
            {t("holder_not_now")}
          </button>
        </Note>
      )}
      {provider !== "" && (
        <section class="sign-in" aria-label={t("sign_in_title")}>
          <button
            type="button"
            class="btn btn-primary btn-lg wide"
            disabled={act.busy || !online}
            onClick={() => void act.run(signIn)}
          >
            {act.busy && returned !== null ? t("loading") : t("sign_in_with", { name: provider })}
          </button>
        </section>
      )}
      {account && <AccountSignIn bind={bindWith} online={online} />}
      {(provider !== "" || account) && <p class="help">{t("sign_in_or")}</p>}
      <form onSubmit={enrol}>
        <ScanInvitation onFound={setCode} />
        <div class="field">
          <label for="code">{t("start_code")}</label>
          <textarea
            id="code"
            class="form-control"
            rows={3}
            required
            autocomplete="off"
            spellcheck={false}
            aria-describedby="code-help"
            value={code}
            onInput={(event) => setCode(event.currentTarget.value)}
          />
          <p class="help" id="code-help">
            {t("start_code_help")}
          </p>
        </div>
        <div class="field">
          <label for="name">{t("start_name")}</label>
          <input
            id="name"
            class="form-control"
            maxLength={60}
            aria-describedby="name-help"
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
          <p class="help" id="name-help">
            {t("start_name_help")}
          </p>
        </div>
        <Failed error={act.failure} />
        {!online && (
          <Note tone="warning">
            <p>{t("start_offline")}</p>
          </Note>
        )}
        <button class="btn btn-primary btn-lg wide" disabled={act.busy || code.trim() === ""}>
          {act.busy ? t("loading") : t("start_enrol")}
        </button>
      </form>
      <button type="button" class="btn btn-outline-primary btn-lg wide" onClick={enterPractice}>
        {t("practice_try")}
      </button>
      <p class="help">{t("practice_try_help")}</p>
      <p class="help with-icon">
        <Icon name="lock" />
        {t("start_pin")}
      </p>
    </main>
  );
}
