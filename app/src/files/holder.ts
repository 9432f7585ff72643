// What holds files: a record, where each act is saved at once, or a draft, where it is kept with
// all else that is typed.
import { read, write } from "../core/core";
import type { Draft, FieldType, Json, RecordType, WholeRecord } from "../core/types";
import type { Typing } from "../form/draft";
import { language } from "../words";
import { base64Of, bytesOf, type Kept } from "./picture";

export type FileState = "here" | "both" | "elsewhere" | "refused" | "unknown" | "drafted";

/** One file that a field names. */
export interface HeldFile {
  /** As commands write it: type, size, digest of the content, name of the sealed bytes. */
  reference: string;
  type: string;
  size: number;
  content: string;
  state: FileState;
  /** Where it is, in the core's words, and why the server did not take it. */
  text: string;
  why: string;
}

export interface Holder {
  key: string;
  /** Names the holder in blob.add and blob.get. */
  names: { record: string } | { draft: string };
  files: (field: string) => HeldFile[];
  /** Of that file; two, when two people wrote one without seeing the other's. */
  caption: (content: string) => string;
  add: (field: string, kept: Kept, act: string) => Promise<string>;
  /** Takes it out of the field, or puts it back. */
  put: (field: FieldType, reference: string, into: boolean) => Promise<void>;
  setCaption: (content: string, words: string) => Promise<void>;
  mayChange: boolean;
  /** Of a draft: what has to be kept before it becomes a record. */
  beforeCommit?: Typing["beforeCommit"];
}

const CAPTIONS = "captions";
const CAPTION_MAX = 300;
const REFERENCE = /[\w.+-]+\/[\w.+-]+ \d+ [0-9a-f]{64}(?: [0-9a-f]{64})?/g;

export const isFile = (field: FieldType): boolean =>
  !field.retired && (field.kind === "blob" || field.kind === "blobs");
/** What is shown and written beside the files, and nowhere else. */
export const isOfFiles = (name: string): boolean => name === CAPTIONS;

export function fileOf(reference: string, state: FileState, text = "", why = ""): HeldFile {
  const [type = "", size = "0", content = ""] = reference.split(" ");
  return { reference, type, size: Number(size), content, state, text, why };
}

/** The references in a text that the core made of them. */
export function referencesIn(text: string): string[] {
  return text.match(REFERENCE) ?? [];
}

const keyOf = (content: string): string => content.slice(0, 16);
const captionsIn = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.map(String) : [];
const captionOf = (all: string[], content: string): string =>
  all
    .filter((one) => one.startsWith(`${keyOf(content)} `))
    .map((one) => one.slice(17))
    .join(" / ");
/** A caption is one line. */
const written = (content: string, words: string): string[] => {
  const line = words.replace(/\s+/g, " ").trim().slice(0, CAPTION_MAX);
  return line ? [`${keyOf(content)} ${line}`] : [];
};

/** The bytes, if they are on this tablet. */
export async function contentOf(
  holder: Holder["names"],
  field: string,
  content: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const { data } = await read<{ data: string }>("blob.get", { ...holder, field, content });
  return bytesOf(data);
}

export async function filesOfRecord(record: string): Promise<Map<string, HeldFile[]>> {
  type Line = Record<"field" | "reference" | "text", string> & {
    state: FileState;
    why_it?: string;
    why_en?: string;
  };
  const { blobs } = await read<{ blobs: Line[] }>("blob.list", { record });
  const all = new Map<string, HeldFile[]>();
  for (const line of blobs) {
    const why = language() === "en" ? line.why_en : line.why_it;
    const file = fileOf(line.reference, line.state, line.text, why ?? "");
    all.set(line.field, [...(all.get(line.field) ?? []), file]);
  }
  return all;
}

export function holderOfRecord(
  record: WholeRecord,
  type: RecordType,
  files: Map<string, HeldFile[]>,
): Holder {
  const captions = captionsIn(record.fields[CAPTIONS]?.value);
  const save = (fields: Record<string, unknown>): Promise<unknown> =>
    write("record.save", { record: record.id, fields });
  return {
    key: record.id,
    names: { record: record.id },
    files: (field) => files.get(field) ?? [],
    caption: (content) => captionOf(captions, content),
    add: async (field, kept, act) => {
      const content = await base64Of(kept.content);
      const reply = await write<{ content: string }>(
        "blob.add",
        { record: record.id, field, media_type: kept.type, content },
        act,
      );
      return reply.content;
    },
    put: async (field, reference, into) => {
      const set = { [into ? "add" : "remove"]: [reference] };
      await save({ [field.name]: field.kind === "blobs" ? set : into ? reference : null });
    },
    setCaption: async (content, words) => {
      const add = written(content, words);
      const remove = captions.filter((one) => one.startsWith(`${keyOf(content)} `));
      await save({
        [CAPTIONS]: { remove: remove.filter((one) => !add.includes(one)), add },
      });
    },
    mayChange: !type.append_only && record.lifecycle === "active",
  };
}

/** What a draft adds to a field, as the core keeps it there. */
function addedIn(value: Json | undefined): string[] {
  if (typeof value === "string") return referencesIn(value);
  if (Array.isArray(value)) return value.map(String);
  if (value && typeof value === "object") return addedIn(value["add"]);
  return [];
}

export function holderOfDraft(draft: Draft, typing: Typing, record: WholeRecord | null): Holder {
  const captions = captionsIn(typing.typed[CAPTIONS] ?? record?.fields[CAPTIONS]?.value);
  return {
    key: draft.id,
    names: { draft: draft.id },
    files: (field) => addedIn(typing.typed[field]).map((one) => fileOf(one, "drafted")),
    caption: (content) => captionOf(captions, content),
    add: async (field, kept, act) => {
      const content = await base64Of(kept.content);
      let digest = "";
      await typing.act(async () => {
        const reply = await read<{ draft: Draft; content: string }>("blob.add", {
          request_id: act,
          draft: draft.id,
          field,
          media_type: kept.type,
          content,
        });
        digest = reply.content;
        return reply.draft;
      });
      return digest;
    },
    put: async (field, reference, into) => {
      const others = addedIn(typing.latest()[field.name]).filter((one) => one !== reference);
      const all = into ? [...others, reference] : others;
      typing.set(field.name, field.kind === "blobs" ? { add: all } : into ? reference : null);
      await typing.flush();
    },
    setCaption: async (content, words) => {
      const now = captionsIn(typing.latest()[CAPTIONS] ?? record?.fields[CAPTIONS]?.value);
      const others = now.filter((one) => !one.startsWith(`${keyOf(content)} `));
      typing.set(CAPTIONS, [...others, ...written(content, words)]);
      await typing.flush();
    },
    mayChange: true,
    beforeCommit: typing.beforeCommit,
  };
}

