import { read } from "./core";
import type { WholeRecord } from "./types";

/** All records of one type in one dossier, with their fields. */
export async function wholeRecords(type: string, dossier: string): Promise<WholeRecord[]> {
  const reply = await read<{ content: string }>("export", { type, dossier, format: "json" });
  return reply.content
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as WholeRecord);
}
