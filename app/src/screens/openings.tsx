// Opening in an emergency: by digits that a colleague reads out, with a reason, for hours; and for
// whoever decides, the openings of others to look into.
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { nameOf } from "../core/colleagues";
import { requestId } from "../core/core";
import {
  endOpening,
  loadOpenings,
  lookedInto,
  openInEmergency,
  type Opening,
  type Openings,
} from "../core/glass";
import { useAct, useLoad, useNow, usePicture } from "../core/hooks";
import { syncNow } from "../core/sync";
import { clock, day } from "../format";
import { useActWords } from "../form/act_words";
import { FoundNote } from "../form/found";
import { Icon } from "../parts/icons";
import { Await, Failed, Mark, Note, say, Section, SureButton, Title } from "../parts/parts";
import { to } from "../router";
import { t } from "../words";

const REASON_MIN = 10;
const ENDED_SHOWN = 20;

const when = (iso: string): string => `${day(iso)} ${clock(iso)}`;

export function OpeningsScreen(): JSX.Element {
  const load = useLoad(loadOpenings, "openings");
  const now = useNow(30_000);
  return (
    <>
      <Title text={t("openings")} back={["families"]} />
      <Await of={load}>
        {(openings) => {
          const mine = openings.all.filter((one) => one.mine);
          const open = mine.filter((one) => isOpen(one, now));
          const unseen = openings.all.filter((one) => one.unseen);
          const rest = openings.all.filter((one) => !one.unseen && !open.includes(one));
          return (
            <>
              {unseen.length > 0 && (
                <Section title={t("openings_unseen")} count={unseen.length}>
                  <ul class="cards">
                    {unseen.map((one) => (
                      <Unseen key={one.id} opening={one} openings={openings} now={now} />
                    ))}
                  </ul>
                </Section>
              )}
              {open.length > 0 && (
                <Section title={t("openings_mine")} count={open.length}>
                  <ul class="cards">
                    {open.map((one) => (
                      <Mine key={one.id} opening={one} openings={openings} />
                    ))}
                  </ul>
                </Section>
              )}
              <AskForm />
              {rest.length > 0 && (
                <Section title={t("openings_before")} count={rest.length}>
                  <ul class="cards">
                    {rest.slice(0, ENDED_SHOWN).map((one) => (
                      <li class="card-box" key={one.id}>
                        <Said opening={one} openings={openings} now={now} />
                      </li>
                    ))}
                  </ul>
                </Section>
              )}
            </>
          );
        }}
      </Await>
    </>
  );
}

/** What has run out is over here too, whether the server was asked since or not. */
function isOpen(one: Opening, now: number): boolean {
  return one.open && Date.parse(one.until) > now;
}

function AskForm(): JSX.Element {
  const typing = useActWords(
    { act: "glass.open", subject: "" },
    { digits: "", reason: "", hours: "4" },
  );
  const { digits, reason, hours } = typing.words;
  const { online } = usePicture();
  const act = useAct();
  const request = useRef(requestId());
  const short = reason.trim().length < REASON_MIN;
  const submit = (event: Event): void => {
    event.preventDefault();
    void act.run(async () => {
      try {
        await openInEmergency(digits, reason.trim(), hours, request.current);
      } finally {
        request.current = requestId();
      }
      await typing.done();
      say(t("openings_opened"));
      await syncNow();
    });
  };
  return (
    <Section title={t("openings_ask")}>
      <form class="form" data-kept onSubmit={submit} noValidate>
        <FoundNote when={typing.found} onThrow={() => void typing.done()} />
        <Note tone="info">
          <p>{t("openings_how")}</p>
        </Note>
        {!online && (
          <Note tone="warning">
            <p>{t("openings_offline")}</p>
          </Note>
        )}
        <div class="field">
          <label for="o-digits">{t("openings_digits")}</label>
          <input
            id="o-digits"
            class="form-control"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            maxLength={40}
            aria-describedby="o-digits-help"
            value={digits}
            onInput={(event) => typing.set({ digits: event.currentTarget.value })}
          />
          <p class="help" id="o-digits-help">
            {t("openings_digits_help")}
          </p>
        </div>
        <div class="field">
          <label for="o-reason">{t("openings_reason")}</label>
          <textarea
            id="o-reason"
            class="form-control"
            rows={3}
            maxLength={400}
            aria-describedby="o-reason-help"
            value={reason}
            onInput={(event) => typing.set({ reason: event.currentTarget.value })}
          />
          <p class="help" id="o-reason-help">
            {t("openings_reason_help")}
          </p>
        </div>
        <div class="field">
          <label for="o-hours">{t("openings_hours")}</label>
          <select
            id="o-hours"
            class="form-control"
            value={hours}
            onChange={(event) => typing.set({ hours: event.currentTarget.value })}
          >
            {["1", "2", "4", "8", "12", "24"].map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </div>
        <Failed error={act.failure} />
        <button
          class="btn btn-primary btn-lg wide"
          disabled={act.busy || short || digits.trim().length < 8}
        >
          {t(act.busy ? "openings_opening" : "openings_open")}
        </button>
      </form>
    </Section>
  );
}

/** Who, what for, until when, what became of it. */
function Said(props: { opening: Opening; openings: Openings; now: number }): JSX.Element {
  const { opening } = props;
  const title = props.openings.titles.get(opening.dossier);
  const open = isOpen(opening, props.now);
  return (
    <>
      <div class="card-head">
        <span class="card-name">
          {title ? (
            <a href={to("dossier", opening.dossier)}>{title}</a>
          ) : (
            t("openings_dossier", { digits: opening.dossier_short })
          )}
        </span>
        <Mark tone={open ? "warning" : "neutral"}>
          {open ? t("openings_until", { when: when(opening.until) }) : t("openings_over")}
        </Mark>
      </div>
      <p class="card-text">
        <span class="muted">
          {opening.mine ? t("you") : opening.name}, {when(opening.opened_at)}:
        </span>{" "}
        {opening.reason}
      </p>
      {opening.seen_at && (
        <p class="card-text">
          <span class="muted">
            {t("openings_seen_by", {
              who: nameOf(opening.seen_by ?? ""),
              when: when(opening.seen_at),
            })}
          </span>{" "}
          {opening.note}
        </p>
      )}
    </>
  );
}

function Mine(props: { opening: Opening; openings: Openings }): JSX.Element {
  const { opening } = props;
  const act = useAct();
  const now = useNow(30_000);
  const here = props.openings.titles.has(opening.dossier);
  return (
    <li class="card-box">
      <Said opening={opening} openings={props.openings} now={now} />
      {!here && <p class="help">{t("openings_coming")}</p>}
      <Failed error={act.failure} />
      <div class="buttons">
        {here && (
          <a class="btn btn-primary" href={to("dossier", opening.dossier)}>
            {t("openings_go")}
          </a>
        )}
        <SureButton
          label={t("openings_end")}
          question={t("openings_end_sure")}
          yes={t("openings_end")}
          onSure={() =>
            void act.run(async () => {
              await endOpening(opening.id, requestId());
              say(t("openings_ended"));
              await syncNow();
            })
          }
        />
      </div>
    </li>
  );
}

function Unseen(props: { opening: Opening; openings: Openings; now: number }): JSX.Element {
  const { opening } = props;
  const typing = useActWords({ act: "glass.seen", subject: opening.id }, { note: "" });
  const { note } = typing.words;
  const act = useAct();
  const id = `o-note-${opening.short}`;
  return (
    <li class="card-box">
      <Said {...props} />
      <FoundNote when={typing.found} onThrow={() => void typing.done()} />
      <div class="field">
        <label for={id}>{t("openings_note")}</label>
        <input
          id={id}
          class="form-control"
          maxLength={400}
          value={note}
          onInput={(event) => typing.set({ note: event.currentTarget.value })}
        />
      </div>
      <Failed error={act.failure} />
      <div class="buttons">
        <button
          type="button"
          class="btn btn-primary"
          disabled={act.busy}
          onClick={() =>
            void act.run(async () => {
              await lookedInto(opening.id, note.trim(), requestId());
              await typing.done();
              say(t("openings_noted"));
              await syncNow();
            })
          }
        >
          <Icon name="done" />
          {t("openings_seen")}
        </button>
        {isOpen(opening, props.now) && (
          <SureButton
            label={t("openings_end")}
            question={t("openings_end_other_sure")}
            yes={t("openings_end")}
            onSure={() =>
              void act.run(async () => {
                await endOpening(opening.id, requestId());
                say(t("openings_ended"));
              })
            }
          />
        )}
      </div>
    </li>
  );
}
