// Times and amounts as people say them.
import { language, t } from "./words";

const DAY = 86_400_000;

function locale(): string {
  return language() === "en" ? "en-GB" : "it-IT";
}

export function clock(iso: string): string {
  return new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit" }).format(
    new Date(iso),
  );
}

/** `mar 17 dic`; of another year than this one `17 dic 2024`, or nobody could tell. */
export function day(iso: string, now = Date.now()): string {
  const at = new Date(iso);
  const ofThisYear = at.getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(locale(), {
    day: "numeric",
    month: "short",
    ...(ofThisYear ? { weekday: "short" } : { year: "numeric" }),
  }).format(at);
}

/** Whole days from today to a civil date; negative: past. */
export function daysUntil(date: string, now = Date.now()): number {
  const today = new Date(now);
  const from = Date.UTC(today.getFullYear(), today.getMonth(), today.getDate());
  const [year, month, dayOfMonth] = date.split("-").map(Number);
  return Math.round((Date.UTC(year ?? 0, (month ?? 1) - 1, dayOfMonth ?? 1) - from) / DAY);
}

/** `domani`, `fra 3 giorni`, `ieri`. */
export function dayInWords(date: string): string {
  const days = daysUntil(date);
  if (days === 0) return t("today");
  if (days === 1) return t("tomorrow");
  if (days === -1) return t("yesterday");
  return days > 0 ? t("in_days", { n: days }) : t("days_ago", { n: -days });
}

/** `12 min fa`, `mar 3 nov 14:30`, `3 nov 2024 14:30`. */
export function ago(iso: string, now = Date.now()): string {
  const minutes = Math.floor((now - Date.parse(iso)) / 60_000);
  if (minutes < 1) return t("just_now");
  if (minutes < 60) return t("minutes_ago", { n: minutes });
  if (minutes < 120) return t("hour_ago");
  if (minutes < 12 * 60) return t("hours_ago", { n: Math.floor(minutes / 60) });
  return `${day(iso, now)} ${clock(iso)}`;
}

/** An age without "ago": `40 min`, `5 h`, `3 g`. */
export function age(iso: string, now = Date.now()): string {
  const minutes = Math.max(0, Math.floor((now - Date.parse(iso)) / 60_000));
  if (minutes < 1) return t("just_now");
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`;
  const days = Math.floor(minutes / (24 * 60));
  return language() === "en" ? `${days} days` : `${days} giorni`;
}

export function stopwatch(sinceIso: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(sinceIso)) / 1000));
  const two = (number: number): string => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = two(Math.floor(seconds / 60) % 60);
  return `${hours > 0 ? `${hours}:` : ""}${minutes}:${two(seconds % 60)}`;
}

export function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let unit = 0;
  let value = size;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const shown = new Intl.NumberFormat(locale(), { maximumFractionDigits: 1 }).format(value);
  return `${shown} ${units[unit]}`;
}

/** What `<input type="datetime-local">` takes, in the tablet's own time. */
export function localInput(iso: string): string {
  const at = new Date(iso);
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

/** This minute, as an instant: nobody notes the seconds of a visit. */
export function thisMinute(): string {
  return new Date(Math.floor(Date.now() / 60_000) * 60_000).toISOString();
}

/** The civil day here and now: `2026-11-27`. */
export function today(now = new Date()): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** The civil day that many days after another. */
export function dayAfter(date: string, days: number): string {
  const [year, month, dayOfMonth] = date.split("-").map(Number);
  const at = new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, (dayOfMonth ?? 1) + days));
  return at.toISOString().slice(0, 10);
}

/** `45 min`, `2 h`, `9 h 30 min`. */
export function duration(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours > 0 && `${hours} h`, (rest > 0 || hours === 0) && `${rest} min`]
    .filter(Boolean)
    .join(" ");
}

const DAY_MINUTES = 1440;

/** `9 h 30 min`; of several days `1460 giorni`, since nobody counts them in hours. */
export function longDuration(minutes: number): string {
  return minutes < 2 * DAY_MINUTES
    ? duration(minutes)
    : t("days_n", { n: Math.round(minutes / DAY_MINUTES) });
}

/** Cents as people write an amount: `€ 1.234,50`. */
export function money(cents: number): string {
  return new Intl.NumberFormat(locale(), {
    style: "currency",
    currency: "EUR",
    useGrouping: true,
  }).format(cents / 100);
}

/** `2026-11` as `novembre 2026`. */
export function monthName(month: string): string {
  return new Intl.DateTimeFormat(locale(), {
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  }).format(new Date(`${month}-01T00:00:00Z`));
}
