// The store behind `insieme serve-app`: a program of this computer holds it, in a file, where a
// browser's worker would. The screens notice nothing of it.
import type { Carrier, Failure } from "insieme";

const KEY = "insieme-desk";
const AGAIN_MS = 2_000;

/** The program's secret, out of the address that it printed; empty without such a program. */
function deskToken(): string {
  const given = /^#desk=([0-9a-f]{64})$/.exec(location.hash)?.[1];
  if (given) {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, "", "#/"); // it stands in no history and on no screen
  }
  return sessionStorage.getItem(KEY) ?? "";
}
const token = deskToken();

export function isDesk(): boolean {
  return token !== "";
}

const GONE: Failure = {
  code: "unavailable",
  message_it:
    "Il programma Insieme di questo computer non risponde: avviarlo di nuovo e aprire " +
    "l'indirizzo che mostra. Ciò che è stato salvato è al sicuro.",
  message_en:
    "The Insieme program of this computer does not answer: start it again and open the " +
    "address that it shows. What was saved is safe.",
};

/** As a worker: messages in, replies and events out. */
export class Desk implements Carrier {
  onmessage: Carrier["onmessage"] = null;
  private readonly page = crypto.randomUUID();

  constructor() {
    void this.listen();
  }

  private post(path: string, body: object): Promise<Response> {
    return fetch(path, {
      method: "POST",
      headers: {
        Authorization: `Bearer ${token}`,
        "Content-Type": "application/json",
        "X-Page": this.page,
      },
      body: JSON.stringify(body),
      cache: "no-store",
    });
  }

  postMessage(message: { id: number }): void {
    void this.ask(message).then((reply) => {
      this.onmessage?.({ data: { id: message.id, reply } } as MessageEvent);
    });
  }

  private async ask(message: object): Promise<object> {
    try {
      const answer = await this.post("/desk/ask", message);
      if (!answer.ok) return { ok: false, error: GONE };
      const isCopy = answer.headers.get("Content-Type") === "application/octet-stream";
      if (!isCopy) return await answer.json();
      return { ok: true, bytes: new Uint8Array(await answer.arrayBuffer()) };
    } catch {
      return { ok: false, error: GONE };
    }
  }

  /** Until another page has the store. */
  private async listen(): Promise<void> {
    let after: number | undefined;
    for (;;) {
      try {
        const answer = await this.post("/desk/events", { after });
        if (!answer.ok) throw new Error(GONE.message_en);
        const { last, events } = await answer.json();
        after = last;
        for (const event of events) {
          const gone = event.event === "page" && event.page !== this.page;
          if (gone) this.tell({ event: "handed_over" });
          if (gone) return;
          if (event.event !== "page") this.tell(event);
        }
      } catch {
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }

  private tell(event: object): void {
    this.onmessage?.({ data: { event } } as MessageEvent);
  }
}
