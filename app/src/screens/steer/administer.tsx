// The acts of whoever administers: each is decided by the server and stands in its audit.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { CoreError } from "../../core/core";
import { useAct } from "../../core/hooks";
import {
  steer,
  type Invitation,
  type SteerPeople,
  type SteerPerson,
} from "../../core/steer";
import { ago, clock, day } from "../../format";
import { useActWords } from "../../form/act_words";
import { FoundNote, useDetails } from "../../form/found";
import { Select } from "../../parts/finding";
import { Failed, Note, say, SureButton } from "../../parts/parts";
import { QrCode } from "../../parts/qr";
import { t } from "../../words";
import { roleName } from "../../words/steer";

const HOURS: [string, number][] = [["1", 1], ["24", 24], ["48", 48], ["168", 168]];

/** It was used meanwhile, or its time is over. */
function unlessGone(error: unknown): void {
  if (!(error instanceof CoreError && error.code === "not_found")) throw error;
}

/**
 * On the screen only: it is for one device, and nobody keeps it. So a code cannot be shown a second
 * time; another takes its place, and the former is void.
 */
export function Invite(props: { person: SteerPerson; hasDevice: boolean }): JSX.Element {
  const { person } = props;
  const [made, setMade] = useState<Invitation | null>(null);
  const [hours, setHours] = useState(48);
  const [isVoid, setVoid] = useState(false);
  const act = useAct();
  const former = person.invitation;
  const withdraw = (): Promise<unknown> => steer("uninvite", { account: person.account });
  const invite = (): void =>
    void act.run(async () => {
      if (former) {
        await withdraw().catch(unlessGone);
        setVoid(true);
      }
      setMade(await steer<Invitation>("invite", { account: person.account, hours }));
      setVoid(false);
    });
  const id = `hours-${person.account}`;
  return (
    <details>
      <summary>{t(props.hasDevice ? "steer_invite_more" : "steer_invite")}</summary>
      {made === null ? (
        <>
          <div class="field">
            <label for={id}>{t("steer_invite_for")}</label>
            <select
              id={id}
              class="form-control"
              value={hours}
              onChange={(event) => setHours(Number(event.currentTarget.value))}
            >
              {HOURS.map(([value, number]) => (
                <option key={value} value={value}>
                  {number >= 48
                    ? t("steer_days", { n: number / 24 })
                    : t(number === 1 ? "steer_hour" : "steer_hours", { n: number })}
                </option>
              ))}
            </select>
          </div>
          {former && <p class="help">{t("invite_again_what")}</p>}
          <Failed error={act.failure} />
          {isVoid && act.failure && (
            <Note tone="warning" live>
              <p>{t("invite_void")}</p>
            </Note>
          )}
          {former ? (
            <SureButton
              label={t("invite_again")}
              question={t("invite_again_sure", { who: person.name, n: former.open })}
              yes={t("invite_again_yes")}
              tone="btn-primary"
              disabled={act.busy}
              onSure={invite}
            />
          ) : (
            <button type="button" class="btn btn-primary" disabled={act.busy} onClick={invite}>
              {t("steer_invite_make")}
            </button>
          )}
        </>
      ) : (
        <Made invitation={made} person={person} onDone={() => setMade(null)} />
      )}
    </details>
  );
}

/** With TLS a camera opens the app with the invitation in it; without, the app reads it. */
function scanned(url: string): string {
  return location.protocol === "https:" ? `${location.origin}/#${encodeURIComponent(url)}` : url;
}

function Made(props: {
  invitation: Invitation;
  person: SteerPerson;
  onDone: () => void;
}): JSX.Element {
  const { invitation, person } = props;
  return (
    <div class="invitation">
      <QrCode text={scanned(invitation.url)} label={t("steer_qr", { who: person.name })} />
      <div>
        <p>
          <strong>
            {t("steer_invite_until", {
              when: `${day(invitation.expires_at)} ${clock(invitation.expires_at)}`,
            })}
          </strong>
        </p>
        <p>{t("steer_invite_how", { who: person.name })}</p>
        <p class="muted">{t("steer_invite_text")}</p>
        <code class="code-block" tabIndex={0}>
          {invitation.url}
        </code>
        <div class="buttons">
          <button type="button" class="btn btn-outline-primary" onClick={props.onDone}>
            {t("steer_invite_hide")}
          </button>
        </div>
      </div>
    </div>
  );
}

/** That a code is about, and how it is made void. */
export function OpenInvitation(props: { person: SteerPerson }): JSX.Element | null {
  const { invitation, account } = props.person;
  const act = useAct();
  if (!invitation) return null;
  const withdraw = (): void =>
    void act.run(async () => {
      await steer("uninvite", { account });
      say(t("invite_withdraw_done"));
    });
  return (
    <div class="no-print">
      <p>
        {t("invite_open", {
          when: ago(invitation.made_at),
          until: `${day(invitation.expires_at)} ${clock(invitation.expires_at)}`,
        })}
      </p>
      <Failed error={act.failure} />
      <SureButton
        label={t("invite_withdraw")}
        question={t("invite_withdraw_sure", { who: props.person.name, n: invitation.open })}
        yes={t("invite_withdraw")}
        tone="btn-link"
        onSure={withdraw}
      />
    </div>
  );
}

export function Switch(props: { person: SteerPerson }): JSX.Element {
  const { person } = props;
  const act = useAct();
  const run = (what: string): void =>
    void act.run(async () => {
      await steer(what, { account: person.account });
      say(t(what === "disable" ? "steer_disable_done" : "steer_enable_done"));
    });
  return (
    <>
      <Failed error={act.failure} />
      {person.disabled ? (
        <button
          type="button"
          class="btn btn-outline-primary"
          disabled={act.busy}
          onClick={() => run("enable")}
        >
          {t("steer_enable")}
        </button>
      ) : (
        <SureButton
          label={t("steer_disable")}
          question={t("steer_disable_sure", { who: person.name })}
          yes={t("steer_disable")}
          tone="btn-link"
          onSure={() => run("disable")}
        />
      )}
    </>
  );
}

export function AddPerson(props: { all: SteerPeople }): JSX.Element {
  const { all } = props;
  const about = { act: "steer.add_person", subject: "" };
  const typing = useActWords(about, { name: "", account: "", role: "", organization: "" });
  const { name, account, role, organization } = typing.words;
  const panel = useDetails(typing.found !== "");
  const act = useAct();
  const discard = (): void => {
    void typing.done();
  };
  const add = (event: Event): void => {
    event.preventDefault();
    void act.run(async () => {
      const body = organization ? { organization } : {};
      await steer("add_person", { name: name.trim(), account: account.trim(), role, ...body });
      say(t("steer_added", { who: name.trim() }));
      await typing.done();
    });
  };
  return (
    <details class="block no-print" {...panel}>
      <summary>{t("steer_add")}</summary>
      <form data-kept onSubmit={add}>
        <FoundNote when={typing.found} onThrow={discard} />
        <div class="two">
          <TextField
            id="new-name"
            label={t("steer_name")}
            value={name}
            onInput={(written) => typing.set({ name: written })}
          />
          <TextField
            id="new-account"
            label={t("steer_account")}
            value={account}
            onInput={(written) => typing.set({ account: written })}
          />
          <Select
            id="new-role"
            label={t("steer_role")}
            all={t("choose")}
            value={role}
            options={all.roles.map((one): [string, string] => [one, roleName(one)])}
            onChange={(chosen) => typing.set({ role: chosen })}
          />
          {all.organizations.length > 0 && (
            <Select
              id="new-body"
              label={t("steer_body")}
              all={t("steer_own_body")}
              value={organization}
              options={all.organizations.map((one): [string, string] => [one.id, one.name])}
              onChange={(chosen) => typing.set({ organization: chosen })}
            />
          )}
        </div>
        <Failed error={act.failure} />
        <button
          class="btn btn-primary"
          disabled={act.busy || !name.trim() || !account.trim() || !role}
        >
          {t("steer_add_now")}
        </button>
      </form>
    </details>
  );
}

function TextField(props: {
  id: string;
  label: string;
  value: string;
  onInput: (value: string) => void;
}): JSX.Element {
  return (
    <div class="field">
      <label for={props.id}>{props.label}</label>
      <input
        id={props.id}
        class="form-control"
        required
        maxLength={64}
        autocomplete="off"
        value={props.value}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
    </div>
  );
}
