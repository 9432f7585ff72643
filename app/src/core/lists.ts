// Code lists: what the norms and the program fix, and the values that the space adds to the rest.
import { read, write } from "./core";

export interface ListValue {
  code: string;
  label: string;
  label_it: string;
  label_en: string;
  /** Added by the space. */
  own: boolean;
  retired: boolean;
  valid_from?: string;
  valid_to?: string;
  /** Names that people wrote at once: whoever writes one settles it. */
  contested?: string[];
  /** Records on this tablet. */
  used: string;
}

export interface CodeList {
  list: string;
  label: string;
  source: string;
  /** Values may be added. */
  open: boolean;
  may_edit: boolean;
  /** Type and field that offer it. */
  fields: string[];
  values: ListValue[];
  /** Used here, and nobody here knows what they are called. */
  unknown: { code: string; used: string }[];
}

const AT_ONCE = 16;

/** Those that a form offers. */
export async function loadLists(): Promise<CodeList[]> {
  const { lists } = await read<{ lists: { list: string }[] }>("list.show");
  const all: CodeList[] = [];
  for (let at = 0; at < lists.length; at += AT_ONCE) {
    const some = lists.slice(at, at + AT_ONCE);
    all.push(...(await Promise.all(
      some.map((one) => read<CodeList>("list.show", { list: one.list })),
    )));
  }
  return all
    .filter((one) => one.fields.length > 0)
    .sort((a, b) => Number(b.open) - Number(a.open) || a.label.localeCompare(b.label));
}

export interface ListChange {
  list: string;
  code?: string;
  it?: string;
  en?: string;
  retired?: string;
}

export function putValue(change: ListChange): Promise<unknown> {
  return write("list.put", { ...change });
}
