// A wait for news of the server: the core says what to ask, the network asks it, the core says what
// came of it. The request holds a secret, which never leaves the worker.

const NOTHING = new Uint8Array(0);
/** An answer is a line; more is no answer of ours. */
const REPLY_BYTES_MAX = 65536;

/**
 * `call(text)` is the core's, `post(request, body)` as of network.mjs. A reply as of `sync.waited`,
 * when there is something or after a minute; when there is nothing to ask yet, at once and with the
 * time to let pass.
 */
export async function waitForNews(request, call, post) {
  const asked = JSON.parse(call(JSON.stringify(request)));
  if (!asked.ok) return asked;
  if (!asked.ready) return { ok: true, news: false, in_ms: asked.in_ms, state: asked.state };
  const { url, headers, total_timeout_ms } = asked;
  const { answer, body } = await post(
    { url, headers, total_timeout_ms, reply_bytes_max: REPLY_BYTES_MAX },
    NOTHING,
  );
  const told = {
    command: "sync.waited",
    state: asked.state,
    status: answer.status ?? 0,
    body: new TextDecoder().decode(body),
  };
  if (answer.retry_after_s) told.retry_after_s = answer.retry_after_s;
  return JSON.parse(call(JSON.stringify(told)));
}
