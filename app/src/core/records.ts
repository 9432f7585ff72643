// Records of one type in one dossier, as lines or whole.
import { read } from "./core";
import type { RecordLine, WholeRecord } from "./types";

/** The core gives no more at once; no dossier has as many of one type. */
const PAGE = 1000;

/** `where`: field → equal value. */
export async function recordsOf(
  type: string,
  dossier: string,
  where: Record<string, string> = {},
): Promise<RecordLine[]> {
  const { records } = await read<{ records: RecordLine[] }>("record.list", {
    type,
    dossier,
    where,
    limit: PAGE,
  });
  return records;
}

export async function wholeRecord(id: string): Promise<WholeRecord> {
  return (await read<{ record: WholeRecord }>("record.get", { record: id })).record;
}
export function wholeRecords(lines: RecordLine[]): Promise<WholeRecord[]> {
  return Promise.all(lines.map((one) => wholeRecord(one.id)));
}

/** All records of one type, of one dossier or of all, with their fields, in one reading. */
export async function exportedRecords(type: string, dossier = ""): Promise<WholeRecord[]> {
  const reply = await read<{ content: string }>("export", {
    type,
    format: "json",
    ...(dossier ? { dossier } : {}),
  });
  return reply.content
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as WholeRecord);
}
