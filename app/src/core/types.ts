// What the core's commands reply with (docs/commands.md), as far as the screens use it.

export interface RecordLine {
  id: string;
  short: string;
  type: string;
  type_label: string;
  dossier: string;
  section: string;
  title: string;
  retracted: boolean;
  in_review: boolean;
  edited_at: string;
  edited_by: string;
  /** Of a search: a name in it is only like what was asked for. */
  alike?: boolean;
}

export type ReceiptState =
  | "saved_here" | "with_colleague" | "sent" | "applied" | "waiting" | "seen" | "refused";

export interface ReceiptLine extends RecordLine {
  receipt: ReceiptState;
  receipt_text: string;
}

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export interface ShownValue {
  dot: string;
  author: string;
  at: string;
  mine: boolean;
  text: string;
  value?: Json;
}

export interface ShownField {
  label: string;
  section: string;
  kind: string;
  text: string;
  value: Json;
  contested: boolean;
  values?: ShownValue[];
  author?: string;
  at?: string;
}

export interface Decision {
  dot: string;
  author: string;
  at: string;
  mine: boolean;
  kind_text: string;
  field: string;
  label: string;
  outcome: string;
  reason: string;
}

export interface RecordProblem {
  field: string;
  severity: string;
  message_it: string;
  message_en: string;
}

export interface WholeRecord extends ReceiptLine {
  lifecycle: "active" | "retracted";
  section_label: string;
  version: string;
  fields: Record<string, ShownField>;
  decisions: Decision[];
  problems: RecordProblem[];
  computed: Record<string, { label: string; text: string }>;
}

export interface Dossier {
  id: string;
  short: string;
  title: string;
  type: string;
  type_label: string;
  sections: string[];
  /** Of `sections`, in their order. */
  section_labels: string[];
  may_review: boolean;
  leaving: boolean;
  records: string;
  unsent: string;
}

export interface Code {
  code: string;
  label: string;
  /** Offered no more: it stands where it was chosen. */
  retired?: boolean;
}

export interface FieldType {
  name: string;
  label: string;
  kind: string;
  merge: string;
  section: string;
  required: boolean;
  write_once: boolean;
  sensitive: boolean;
  retired: boolean;
  help?: string;
  target?: string;
  /** Name of the code list. */
  list?: string;
  codes?: Code[];
}

export interface TypeLine {
  name: string;
  label: string;
  label_plural: string;
  section: string;
  root: boolean;
  append_only: boolean;
  retired: boolean;
  /** A record of this type spends rights of one of type `of`. */
  spends?: { of: string; through: string; amount: string; reverses?: string };
}

export interface RecordType extends TypeLine {
  fields: FieldType[];
}

export interface Draft {
  id: string;
  new: boolean;
  type: string;
  type_label: string;
  record: string;
  dossier: string;
  section: string;
  updated_at: string;
  fields: Record<string, Json>;
  version: string;
  /** Words typed for an act, which are no record's form (form/act_words.ts). */
  act?: string;
  subject?: string;
}

export interface Identity {
  enrolled: boolean;
  /** Its id, as the server knows it. */
  device: string;
  server: string;
  space_name: string;
  account: string;
  name: string;
  role: string;
}

export interface Status {
  identity: Identity;
  unsent: string;
  oldest_unsent_at?: string;
  held: string;
  refused: string;
  open_items: string;
  open_held: string;
  /** Openings of others that this person has to look into. */
  glass_unseen: string;
  drafts: string;
  /** Carried for colleagues: changes, and letters for the server. */
  exchanged: string;
  letters: string;
  dossiers: string;
  records: string;
  bytes: string;
  last_sync_at?: string;
  clock_wrong: boolean;
  /** The server speaks a newer protocol than this program. */
  update_wanted?: boolean;
  clock_offset_ms: string;
  blobs_to_send: string;
  blobs_to_fetch: string;
  blobs_refused: string;
}

/** What an exchange says of photos and files. */
export interface FilesMoved {
  sent: string;
  received: string;
  to_send: string;
  to_fetch: string;
  stopped_it?: string;
  stopped_en?: string;
}

/** What came of a wait for news of the server. */
export interface Heard {
  news: boolean;
  in_ms: number;
  state: object;
}

export interface SyncState {
  state: "idle" | "planned" | "running" | "backing_off" | "offline" | "stopped";
  reason: string;
  due: boolean;
  due_in_ms?: string;
  enrolled: boolean;
}

export interface Alternative extends ShownValue {
  number: number;
  device: string;
}

export interface ReviewItem {
  id: string;
  kind: string;
  kind_text: string;
  record: string;
  type: string;
  type_label: string;
  title: string;
  dossier: string;
  section: string;
  field: string;
  label: string;
  base: string;
  now: string;
  contested: boolean;
  /** Who opened it again, where the decision that is argued with stands in its own field. */
  contested_by?: string;
  version: string;
  alternatives: Alternative[];
}

export interface InboxEntry {
  id: string;
  author: string;
  at: string;
  dossier: string;
  reason: string;
  open: boolean;
  /** Ids of those whose text it goes on from. */
  stands_on?: string[];
  operations: {
    record: string;
    field: string;
    type_label: string;
    title?: string;
    label: string;
    text: string;
  }[];
}

export interface Quarantined {
  dossier: string;
  at: string;
  author: string;
  receipt: string;
  receipt_text: string;
  code: string;
  reason: string;
  operations: { record: string; type: string; field: string }[];
}

export interface HistoryLine {
  dot: string;
  author: string;
  at: string;
  device: string;
  mine: boolean;
  action: string;
  field: string;
  label: string;
  from?: string;
  to?: string;
  reason?: string;
  clock_suspect?: boolean;
}
