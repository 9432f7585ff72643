// Around every screen: where one is, where one can go, and the truth about what is not sent.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { learnColleagues } from "./core/colleagues";
import { useAct, useNow, usePicture } from "./core/hooks";
import { lockNow } from "./core/lock";
import { isPractice, leavePractice } from "./core/practice";
import type { Picture } from "./core/sync";
import { isTypedUnkept, isUpdateReady, onUpdate, takeUpdate } from "./core/update";
import { age, ago } from "./format";
import { Icon, type IconName } from "./parts/icons";
import { Toasts } from "./parts/parts";
import { to } from "./router";
import { count, t, type Word } from "./words";

interface Place {
  path: string;
  icon: IconName;
  word: Word;
  badge: number;
}

function placesOf(picture: Picture, reviewer: boolean, role: string): Place[] {
  const status = picture.status;
  const open = Number(status?.open_items ?? 0) + Number(status?.open_held ?? 0);
  const unsent = Number(status?.unsent ?? 0);
  const places: Place[] = [
    { path: "", icon: "today", word: "nav_today", badge: 0 },
    // A fellow works with a territory's network, and sees no household.
    role === "fellow"
      ? { path: "network", icon: "hands", word: "network", badge: 0 }
      : { path: "families", icon: "families", word: "nav_families", badge: 0 },
    { path: "search", icon: "search", word: "nav_search", badge: 0 },
    { path: "outbox", icon: "send", word: "nav_sent", badge: unsent },
    { path: "news", icon: "news", word: "nav_news", badge: 0 },
  ];
  if (reviewer) {
    places.splice(1, 0, { path: "review", icon: "review", word: "nav_review", badge: open });
  }
  if (reviewer || role === "admin") {
    places.push({ path: "reports", icon: "report", word: "nav_reports", badge: 0 });
  }
  if (reviewer || role === "admin") {
    places.push({ path: "steer", icon: "team", word: "nav_steer", badge: 0 });
  }
  return places;
}

/** A thumb finds so many at the bottom of a phone; what is more stands behind "More". */
const PLACES_MAX = 5;

function PlaceLink(props: { place: Place; isHere: boolean }): JSX.Element {
  const { place } = props;
  return (
    <li>
      <a href={to(place.path)} aria-current={props.isHere ? "page" : undefined}>
        <span class="place-icon">
          <Icon name={place.icon} />
          {place.badge > 0 && <span class="badge-count">{place.badge}</span>}
        </span>
        {t(place.word)}
      </a>
    </li>
  );
}

/** On a wide screen all of them stand in a column, and there is no button (styles.css). */
function Places(props: { places: Place[]; here: string }): JSX.Element {
  const { places, here } = props;
  const [open, setOpen] = useState(false);
  const nav = useRef<HTMLElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => setOpen(false), [here]);
  useEffect(() => {
    if (!open) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "Escape") return;
      setOpen(false);
      button.current?.focus();
    };
    // Elsewhere, by a finger or by Tab.
    const onLeave = (event: Event): void => {
      if (!nav.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("keydown", onKey);
    document.addEventListener("pointerdown", onLeave);
    document.addEventListener("focusin", onLeave);
    return () => {
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("pointerdown", onLeave);
      document.removeEventListener("focusin", onLeave);
    };
  }, [open]);
  const rest = places.slice(PLACES_MAX);
  const isRestHere = rest.some((place) => place.path === here);
  const link = (place: Place): JSX.Element => (
    <PlaceLink key={place.path} place={place} isHere={place.path === here} />
  );
  return (
    <nav class="places" aria-label={t("nav")} ref={nav}>
      <ul>
        {places.slice(0, PLACES_MAX).map(link)}
        {rest.length > 0 && (
          <li class="places-more">
            <button
              type="button"
              ref={button}
              class={isRestHere ? "place-here" : undefined}
              aria-expanded={open}
              aria-controls="places-rest"
              onClick={() => setOpen(!open)}
            >
              <Icon name="more" />
              {t("nav_more")}
            </button>
            <ul id="places-rest" class={open ? "places-rest places-open" : "places-rest"}>
              {rest.map(link)}
            </ul>
          </li>
        )}
      </ul>
    </nav>
  );
}

/** How urgent unsent work is: after a day a word, after three an alarm. */
export function urgency(oldest: string | undefined, now: number): "none" | "warning" | "danger" {
  if (!oldest) return "none";
  const hours = (now - Date.parse(oldest)) / 3_600_000;
  if (hours >= 72) return "danger";
  return hours >= 24 ? "warning" : "none";
}

function SendState(props: { picture: Picture }): JSX.Element {
  const { status, running, online } = props.picture;
  const now = useNow(30_000);
  const unsent = Number(status?.unsent ?? 0);
  let text = t("all_sent");
  let detail = status?.last_sync_at ? ago(status.last_sync_at, now) : t("nothing_yet");
  let icon: IconName = "done";
  let tone = "good";
  if (unsent > 0) {
    text = count(unsent, "unsent_one", "unsent_many");
    detail = status?.oldest_unsent_at ? age(status.oldest_unsent_at, now) : "";
    icon = "send";
    tone = urgency(status?.oldest_unsent_at, now) === "none" ? "waiting" : "late";
  }
  const files = Number(status?.blobs_to_send ?? 0);
  if (unsent === 0 && files > 0) {
    text = count(files, "files_unsent_one", "files_unsent_many");
    detail = t("records_sent");
    icon = "camera";
    tone = "waiting";
  }
  if (running) detail = t("syncing");
  else if (!online) {
    icon = "offline";
    detail = `${t("no_network")}${detail ? ` · ${detail}` : ""}`;
  }
  return (
    <a class={`send-state send-${tone}`} href={to("outbox")}>
      <Icon name={icon} />
      <span>
        <strong>{text}</strong>
        <small>{detail}</small>
      </span>
    </a>
  );
}

/** A newer build is here: it is taken when somebody likes, not in the middle of a word. */
function UpdateBanner(): JSX.Element | null {
  const [ready, setReady] = useState(isUpdateReady());
  /** Something is typed here that no draft keeps: asked before it would be lost. */
  const [asked, setAsked] = useState(false);
  const act = useAct();
  useEffect(() => onUpdate(() => setReady(true)), []);
  if (!ready) return null;
  const take = (): void => {
    if (!asked && isTypedUnkept()) setAsked(true);
    else void act.run(takeUpdate);
  };
  return (
    <div class="practice update" role="status">
      <span>
        <strong>{t("update_ready")}</strong>{" "}
        {act.failure ? act.failure.message : t(asked ? "update_loses" : "update_safe")}
      </span>
      <button type="button" class="btn btn-light" disabled={act.busy} onClick={take}>
        {t(asked ? "update_take_still" : "update_take")}
      </button>
    </div>
  );
}

export function Shell(props: {
  here: string;
  reviewer: boolean;
  role: string;
  /** A PIN protects the store: it can be locked from everywhere. */
  lockable: boolean;
  children: ComponentChildren;
}): JSX.Element {
  const picture = usePicture();
  const mayAsk = props.reviewer && !isPractice();
  useEffect(() => (mayAsk ? learnColleagues() : undefined), [mayAsk]);
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}
      >
        {t("skip")}
      </a>
      <header class={props.lockable ? "top lockable" : "top"}>
        <a class="brand" href={to()}>
          <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
            <circle cx="12" cy="16" r="8" />
            <circle cx="20" cy="16" r="8" />
          </svg>
          <span>
            {t("app")}
            <small>{picture.status?.identity.space_name}</small>
          </span>
        </a>
        <SendState picture={picture} />
        {props.lockable && (
          <button
            type="button"
            class="icon-button"
            aria-label={t("lock_now")}
            onClick={() => void lockNow()}
          >
            <Icon name="lock" />
          </button>
        )}
        <a class="icon-button" href={to("tablet")} aria-label={t("nav_tablet")}>
          <Icon name="tablet" />
        </a>
      </header>
      {isPractice() && (
        <div class="practice" role="note">
          <span>
            <strong>{t("practice")}</strong> {t("practice_banner")}
          </span>
          <button type="button" class="btn btn-light" onClick={leavePractice}>
            {t("practice_leave")}
          </button>
        </div>
      )}
      <UpdateBanner />
      <Places places={placesOf(picture, props.reviewer, props.role)} here={props.here} />
      <main id="main" tabIndex={-1}>
        {props.children}
      </main>
      <Toasts />
    </>
  );
}
