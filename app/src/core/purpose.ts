// Why somebody looks at sensitive data: said once for a dossier and a day, and sent with each
// command that shows something of it (docs/adr/0029). Nobody is kept from looking who says nothing.
import type { Code, RecordLine } from "./types";

/** By dossier: the day on which it was said, and the code. Gone with the page. */
const said = new Map<string, { day: string; code: string }>();
/** Where records lie that were listed, so that a single one is read for its dossier's purpose. */
const dossiers = new Map<string, string>();
const KNOWN_MAX = 20_000;

let sensitive = new Set<string>();
let purposes: Code[] = [];
let unnoted = "";

/** The civil day in Rome, as the log counts it. */
function today(): string {
  return new Date().toLocaleDateString("sv-SE", { timeZone: "Europe/Rome" });
}

/** Empty: not said today. */
export function purposeOf(dossier: string): string {
  const one = said.get(dossier);
  return one?.day === today() ? one.code : "";
}
export function sayPurpose(dossier: string, code: string): void {
  said.set(dossier, { day: today(), code });
}
export function purposesOffered(): Code[] {
  return purposes;
}
export function isSensitive(section: string): boolean {
  return sensitive.has(section);
}

/** What a reading command sends beside its arguments. */
export function purposeFor(command: string, args: Record<string, unknown>): { purpose?: string } {
  if (!/^(record|blob)\./.test(command) || "request_id" in args) return {};
  const named = args["dossier"] ?? dossiers.get(String(args["record"] ?? ""));
  const purpose = typeof named === "string" ? purposeOf(named) : "";
  return purpose ? { purpose } : {};
}

/** Learns from each reply where records lie, what is sensitive, and what could not be noted. */
export function learn(reply: object): void {
  const told = reply as {
    records?: Partial<RecordLine>[];
    record?: Partial<RecordLine>;
    sensitive_sections?: string[];
    purposes?: Code[];
    not_noted?: { message_it: string; message_en: string };
  };
  if (dossiers.size > KNOWN_MAX) dossiers.clear();
  for (const one of [...(told.records ?? []), ...(told.record ? [told.record] : [])]) {
    if (one.id && one.dossier) dossiers.set(one.id, one.dossier);
  }
  if (told.sensitive_sections) sensitive = new Set(told.sensitive_sections);
  if (told.purposes) purposes = told.purposes;
  unnoted = told.not_noted ? JSON.stringify(told.not_noted) : unnoted;
}

/** Of the last reading that could not be noted; null: all were. */
export function notNoted(): { message_it: string; message_en: string } | null {
  return unnoted ? (JSON.parse(unnoted) as { message_it: string; message_en: string }) : null;
}
export function forgetNotNoted(): void {
  unnoted = "";
}
