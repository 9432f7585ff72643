// A sealed copy of what the server does not have, left on a colleague's tablet: it opens there only
// what that colleague may see, and carries the rest to the server unread.
import { read, tellChange } from "./core";

export interface Copied {
  file: File;
  changes: number;
  /** Documents that colleagues may open. */
  documents: number;
}

export const ENDING = ".insieme-x";
/** A copy is rarely a megabyte: what is larger than this was chosen by mistake. */
const BYTES_MAX = 64 * 1024 * 1024;

const bytesOf = (hex: string): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; ++at) {
    bytes[at] = Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16);
  }
  return bytes;
};
const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");

export async function makeCopy(account: string, whom: "all" | "server"): Promise<Copied> {
  const reply = await read<{ content: string; changes: string; documents: string }>(
    "exchange.export",
    { for: whom },
  );
  tellChange(); // what is with a colleague has another receipt
  const name = `insieme-${account}-${new Date().toISOString().slice(0, 10)}${ENDING}`;
  return {
    file: new File([bytesOf(reply.content)], name, { type: "application/octet-stream" }),
    changes: Number(reply.changes),
    documents: Number(reply.documents),
  };
}

export type Shared = "shared" | "cancelled" | "impossible";

/** To the tablet's own way of sharing; `impossible`: the file is to be saved. */
export async function shareCopy(copy: Copied): Promise<Shared> {
  const files = [copy.file];
  if (!navigator.canShare?.({ files })) return "impossible";
  try {
    await navigator.share({ files });
  } catch (error) {
    // Somebody changed their mind: nothing is downloaded behind their back.
    return (error as Error).name === "AbortError" ? "cancelled" : "impossible";
  }
  return "shared";
}

export interface Received {
  /** Hand-outs that were not here yet. */
  fresh: string;
  /** To the server, for others. */
  carried: string;
  applied: string;
  refused: { message_it: string; message_en: string }[];
}

/** `null`: it is larger than any such file. */
export async function takeCopy(file: File): Promise<Received | null> {
  if (file.size > BYTES_MAX) return null;
  const content = hexOf(new Uint8Array(await file.arrayBuffer()));
  const reply = await read<Received>("exchange.import", { content });
  tellChange();
  return reply;
}
