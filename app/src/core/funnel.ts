// A territory's network: how far one is with each stakeholder, and what was agreed with whom.
import type { Undo } from "../parts/parts";
import { read, write } from "./core";
import { recordsOf, wholeRecord, wholeRecords } from "./records";
import type { Code, Draft, RecordLine, RecordType, WholeRecord } from "./types";

export const STAKEHOLDER = "stakeholder";
export const CONTACT = "network_contact";

export interface Stage extends Code {
  stakeholders: RecordLine[];
}
/** A contact that was agreed on, the next one first. */
export interface Agreed {
  contact: string;
  stakeholder: string;
  day: string;
  what: string;
}
export interface Funnel {
  /** In the order of the path; at the end those without a stage. */
  stages: Stage[];
  total: number;
  agreed: Agreed[];
}

/** The newest contacts are read for what was agreed. */
const CONTACTS_READ = 100;

/** Of each stakeholder only the newest contact counts: what it says replaces what was said. */
async function agreedIn(dossier: string): Promise<Agreed[]> {
  const contacts = (await recordsOf(CONTACT, dossier))
    .sort((a, b) => b.edited_at.localeCompare(a.edited_at))
    .slice(0, CONTACTS_READ);
  const whole = await wholeRecords(contacts);
  const newest = new Map<string, WholeRecord>();
  const dayOf = (one: WholeRecord): string => String(one.fields["contact_date"]?.value ?? "");
  for (const record of whole) {
    const who = String(record.fields["stakeholder"]?.value ?? "");
    const known = newest.get(who);
    if (!known || dayOf(record) > dayOf(known)) newest.set(who, record);
  }
  return [...newest.values()]
    .filter((one) => one.fields["next_date"]?.value)
    .map((one) => ({
      contact: one.id,
      stakeholder: one.fields["stakeholder"]?.text ?? "",
      day: String(one.fields["next_date"]?.value),
      what: one.fields["next_step"]?.text ?? "",
    }))
    .sort((a, b) => a.day.localeCompare(b.day));
}

export async function loadFunnel(dossier: string): Promise<Funnel> {
  const { type } = await read<{ type: RecordType }>("schema.type", {
    type: STAKEHOLDER,
    field: "stage",
  });
  const codes = type.fields[0]?.codes ?? [];
  const [all, agreed, ...found] = await Promise.all([
    recordsOf(STAKEHOLDER, dossier),
    agreedIn(dossier),
    ...codes.map((one) => recordsOf(STAKEHOLDER, dossier, { stage: one.code })),
  ]);
  const placed = new Set(found.flat().map((one) => one.id));
  const stages = codes.map((one, at) => ({ ...one, stakeholders: found[at] ?? [] }));
  const rest = all.filter((one) => !placed.has(one.id));
  if (rest.length > 0) stages.push({ code: "", label: "", stakeholders: rest });
  return { stages, total: all.length, agreed };
}

/** A contact is a draft from its first second, with what is known of it. */
export async function startContact(
  dossier: string,
  stakeholder: string,
  stage: string,
  worker: string,
): Promise<Draft> {
  const { draft } = await write<{ draft: Draft }>("draft.open", {
    type: CONTACT,
    dossier,
    fields: {
      stakeholder,
      contact_date: new Date().toLocaleDateString("sv"),
      worker,
      ...(stage ? { stage_before: stage } : {}),
    },
  });
  return draft;
}

/**
 * After a contact the stakeholder stands where it led. Returns what takes that back; undefined
 * where nothing was to be done.
 */
export async function moveStakeholder(draft: Draft): Promise<Undo | undefined> {
  const { stakeholder, stage_after: stage } = draft.fields;
  if (draft.type !== CONTACT || !draft.new || !stakeholder || !stage) return undefined;
  const record = await wholeRecord(String(stakeholder));
  const before = record.fields["stage"]?.value ?? null;
  if (before === stage) return undefined;
  await write("record.save", { record: record.id, version: record.version, fields: { stage } });
  return () => write("record.save", { record: record.id, fields: { stage: before } });
}
