// A territory's network: stakeholders by stage, contacts with them, and the services on offer.
import { read, write } from "./core";
import { exportedRecords, recordsOf, wholeRecord, wholeRecords } from "./records";
import { undoNew, wholeNow } from "./undo";
import type { Undo } from "../parts/parts";
import type { Code, Dossier, Draft, FieldType, RecordType, WholeRecord } from "./types";

export const CONTACT = "network_contact";
export const NETWORK = "network";
const STAKEHOLDER = "stakeholder";

/** A record as the screens below want it: its fields as text, its references as ids. */
export interface Stakeholder {
  id: string;
  dossier: string;
  name: string;
  kind: string;
  commune: string;
  address: string;
  person: string;
  phones: string[];
  emails: string[];
  /** A code of the funnel; empty: none was written. */
  stage: string;
  needs: string;
  offer: string;
  contacts: Contact[];
}

export interface Contact {
  id: string;
  stakeholder: string;
  date: string;
  mode: string;
  minutes: number;
  worker: string;
  note: string;
  stageAfter: string;
  nextDate: string;
  nextStep: string;
}

export interface Network {
  dossier: Dossier;
  stages: Code[];
  stakeholders: Stakeholder[];
}

const textOf = (record: WholeRecord, name: string): string => record.fields[name]?.text ?? "";
const valueOf = (record: WholeRecord, name: string): string => {
  const value = record.fields[name]?.value;
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
};
const listOf = (record: WholeRecord, name: string): string[] => {
  const value = record.fields[name]?.value;
  return Array.isArray(value) ? value.map(String) : [];
};

export async function fieldsOf(type: string): Promise<FieldType[]> {
  return (await read<{ type: RecordType }>("schema.type", { type })).type.fields;
}
export const codesOf = (fields: FieldType[], name: string): Code[] =>
  fields.find((field) => field.name === name)?.codes ?? [];

export async function networks(): Promise<Dossier[]> {
  const { dossiers } = await read<{ dossiers: Dossier[] }>("dossier.list");
  return dossiers.filter((one) => one.type === NETWORK);
}

function contactOf(record: WholeRecord): Contact {
  return {
    id: record.id,
    stakeholder: valueOf(record, "stakeholder"),
    date: valueOf(record, "contact_date"),
    mode: textOf(record, "mode"),
    minutes: Number(valueOf(record, "minutes") || 0),
    worker: valueOf(record, "worker"),
    note: textOf(record, "note"),
    stageAfter: textOf(record, "stage_after"),
    nextDate: valueOf(record, "next_date"),
    nextStep: textOf(record, "next_step"),
  };
}

function stakeholderOf(record: WholeRecord, contacts: Contact[]): Stakeholder {
  return {
    id: record.id,
    dossier: record.dossier,
    name: record.title,
    kind: textOf(record, "kind"),
    commune: textOf(record, "commune"),
    address: textOf(record, "address"),
    person: textOf(record, "contact_person"),
    phones: listOf(record, "phones"),
    emails: listOf(record, "emails"),
    stage: valueOf(record, "stage"),
    needs: textOf(record, "needs"),
    offer: textOf(record, "offer"),
    contacts,
  };
}

/** The network of that dossier, or the first one; null: nobody gave this person a network. */
export async function loadNetwork(
  id: string,
): Promise<{ all: Dossier[]; network: Network | null }> {
  const all = await networks();
  const dossier = all.find((one) => one.id === id) ?? all[0];
  if (dossier === undefined) return { all, network: null };
  const [fields, stakeholders, contacts] = await Promise.all([
    fieldsOf(STAKEHOLDER),
    exportedRecords(STAKEHOLDER, dossier.id),
    exportedRecords(CONTACT, dossier.id),
  ]);
  const bySubject = new Map<string, Contact[]>();
  for (const contact of contacts.map(contactOf)) {
    const list = bySubject.get(contact.stakeholder);
    if (list) list.push(contact);
    else bySubject.set(contact.stakeholder, [contact]);
  }
  for (const list of bySubject.values()) list.sort((a, b) => b.date.localeCompare(a.date));
  return {
    all,
    network: {
      dossier,
      stages: codesOf(fields, "stage"),
      stakeholders: stakeholders
        .map((one) => stakeholderOf(one, bySubject.get(one.id) ?? []))
        .sort((a, b) => a.name.localeCompare(b.name)),
    },
  };
}

/** One of them with what was said to it; null: retracted, or none of a network. */
export async function loadStakeholder(
  id: string,
): Promise<{ subject: Stakeholder; stages: Code[] } | null> {
  const record = await wholeRecord(id);
  if (record.type !== STAKEHOLDER || record.lifecycle !== "active") return null;
  const [lines, fields] = await Promise.all([
    recordsOf(CONTACT, record.dossier, { stakeholder: id }),
    fieldsOf(STAKEHOLDER),
  ]);
  const contacts = (await wholeRecords(lines)).map(contactOf);
  contacts.sort((a, b) => b.date.localeCompare(a.date));
  return { subject: stakeholderOf(record, contacts), stages: codesOf(fields, "stage") };
}

/** When to be in touch again, as the last contact says; empty: it says nothing. */
export function nextDate(one: Stakeholder): string {
  return one.contacts[0]?.nextDate ?? "";
}

/** Those of a month (2026-11) and of one person. */
export function contactsIn(network: Network, month: string, worker: string): Contact[] {
  return network.stakeholders
    .flatMap((one) => one.contacts)
    .filter((one) => one.worker === worker && one.date.startsWith(month));
}

/** The draft of a contact with this stakeholder; the one that was begun, if there is one. */
export async function openContact(
  subject: Stakeholder,
  worker: string,
  today: string,
): Promise<Draft> {
  const { drafts } = await read<{ drafts: Draft[] }>("draft.list");
  const begun = drafts.find((one) => isContactWith(one, subject.id));
  if (begun) return begun;
  const { draft } = await write<{ draft: Draft }>("draft.open", {
    type: CONTACT,
    dossier: subject.dossier,
    fields: {
      stakeholder: subject.id,
      worker,
      contact_date: today,
      stage_before: subject.stage || null,
      stage_after: subject.stage || null,
    },
  });
  return draft;
}

export function isContactWith(draft: Draft, stakeholder: string): boolean {
  return draft.new && draft.type === CONTACT && draft.fields["stakeholder"] === stakeholder;
}

/** The contact, and the stage that it led to, in one save. Returns what takes both back. */
export async function saveContact(
  draft: Draft,
  subject: Stakeholder,
  act: string,
): Promise<Undo | undefined> {
  const fields = Object.fromEntries(
    Object.entries(draft.fields).filter(([, value]) => value !== null && value !== ""),
  );
  const stage = fields["stage_after"];
  // A stage that nobody touched in the form moves nothing, whatever a colleague wrote meanwhile.
  const moved = typeof stage === "string" && stage !== (draft.fields["stage_before"] ?? "");
  const seen = moved ? await wholeNow(subject.id) : null;
  const { records } = await write<{ records: { id: string; type: string }[] }>(
    "record.save",
    {
      records: [
        { type: CONTACT, dossier: subject.dossier, fields, draft: draft.id },
        ...(moved ? [{ record: subject.id, version: seen?.version, fields: { stage } }] : []),
      ],
    },
    act,
  );
  const contact = records.find((one) => one.type === CONTACT);
  const back = contact ? await undoNew(contact.id) : undefined;
  if (!moved || back === undefined) return back;
  const after = await wholeNow(subject.id);
  const before = seen?.fields["stage"];
  if (after === null || before?.contested !== false) return undefined;
  return async () => {
    await back();
    await write("record.save", {
      record: subject.id,
      version: after.version,
      fields: { stage: before.value },
    });
  };
}

/** The address that dials a number. */
export const callTo = (number: string): string => `tel:${number.replace(/[^+\d]/g, "")}`;

export interface Offer {
  id: string;
  title: string;
  provider?: string;
  near: boolean;
  schedule?: string;
  eligibility?: string;
  fees?: string;
  address?: string;
  website?: string;
  phones: string[];
}
export interface Wanted {
  commune: string;
  need: string;
  support: string;
  age: string;
}

export async function findOffers(
  wanted: Wanted,
): Promise<{ offers: Offer[]; not_open: string | number }> {
  const given = Object.entries(wanted).filter(([, value]) => value.trim() !== "");
  const args = Object.fromEntries(
    given.map(([name, value]) => [name, name === "age" ? Number(value) : value.trim()]),
  );
  return read("offer.search", args);
}
