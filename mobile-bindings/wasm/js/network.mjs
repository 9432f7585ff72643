// The requests of the core, performed with fetch. One server only: the one that the page came from.

/** Sentences as the core takes them: English, a line end, Italian. */
const SAID = {
  elsewhere:
    "this invitation is for another server: open Insieme at that server's address\n" +
    "questo invito è di un altro server: aprire Insieme all'indirizzo di quel server",
  offline: "this device has no network\nquesto dispositivo non ha rete",
  unreachable: "the server cannot be reached\nil server non è raggiungibile",
  slow:
    "the connection was too slow or stopped answering\n" +
    "la connessione è troppo lenta o si è fermata",
  cut:
    "the connection was cut in the middle of the answer\n" +
    "la connessione si è interrotta durante la risposta",
  long:
    "the reply is longer than this program takes\n" +
    "la risposta è più lunga di quanto questo programma accetti",
};

const NOTHING = new Uint8Array(0);
const noAnswer = (failure, handedOver) => ({
  answer: { status: 0, failure, handed_over: handedOver },
  body: NOTHING,
});

async function readAll(response, bytesMax) {
  const parts = [];
  let size = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > bytesMax) {
      await reader.cancel();
      return null;
    }
    parts.push(value);
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}

/** `post` for Core.exchange. `origin`: the only server that is spoken to. */
export function networkOf(origin, fetch_ = fetch) {
  return async function post(request, body) {
    if (new URL(request.url).origin !== origin) {
      return { answer: { refused: SAID.elsewhere }, body: NOTHING };
    }
    if (globalThis.navigator?.onLine === false) return noAnswer(SAID.offline, false);
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), request.total_timeout_ms);
    // Whether all of it left cannot be seen here; that it did is certain once an answer begins.
    let begun = false;
    try {
      const response = await fetch_(request.url, {
        method: "POST",
        headers: request.headers,
        body,
        credentials: "omit",
        redirect: "manual",
        cache: "no-store",
        referrerPolicy: "no-referrer",
        signal: limit.signal,
      });
      begun = true;
      const bytes = response.body ? await readAll(response, request.reply_bytes_max) : NOTHING;
      if (bytes === null) return noAnswer(SAID.long, true);
      const retry = Number.parseInt(response.headers.get("Retry-After") ?? "0", 10);
      return {
        answer: {
          status: response.status,
          content_type: response.headers.get("Content-Type") ?? "",
          retry_after_s: Number.isFinite(retry) ? retry : 0,
          handed_over: true,
        },
        body: bytes,
      };
    } catch {
      if (limit.signal.aborted) return noAnswer(SAID.slow, true);
      return noAnswer(begun ? SAID.cut : SAID.unreachable, begun);
    } finally {
      clearTimeout(timer);
    }
  };
}
