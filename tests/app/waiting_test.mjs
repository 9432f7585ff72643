// How the worker waits for news: with a core that says what it is asked, and a real HTTP server.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { networkOf } from "../../mobile-bindings/wasm/js/network.mjs";
import { waitForNews } from "../../mobile-bindings/wasm/js/waiting.mjs";

const SECRET = "Bearer a-secret";
let server;
let origin;
let answer; // what the server does with the next request
const seen = [];

before(async () => {
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    answer(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

/** A core that waits at `origin`, and keeps what it is told. */
function coreWith(told, ready = true) {
  return (text) => {
    const request = JSON.parse(text);
    if (request.command === "sync.wait") {
      const state = { own: "1.2.c", seen: "1.2.c", failures: 0 };
      if (!ready) return JSON.stringify({ ok: true, ready: false, in_ms: 3000, state });
      return JSON.stringify({
        ok: true,
        ready: true,
        url: `${origin}/v1/wait?seen=1.2.c`,
        headers: [["Authorization", SECRET]],
        pin: "",
        total_timeout_ms: 5000,
        state,
      });
    }
    told.push(request);
    return JSON.stringify({ ok: true, news: true, in_ms: 1000, state: request.state });
  };
}

test("what the server answers is told to the core, and the page sees no secret", async () => {
  const told = [];
  answer = (response) => {
    // Late, as an answer to a wait is.
    setTimeout(() => response.end('{"news":true,"seen":"1.3.d"}'), 50);
  };
  const reply = await waitForNews({ command: "sync.wait" }, coreWith(told), networkOf(origin));
  assert.deepEqual(seen.pop(), `POST /v1/wait?seen=1.2.c ${SECRET}`);
  assert.equal(told.length, 1);
  assert.equal(told[0].command, "sync.waited");
  assert.equal(told[0].status, 200);
  assert.equal(told[0].body, '{"news":true,"seen":"1.3.d"}');
  assert.equal(told[0].state.own, "1.2.c");
  assert.equal(reply.news, true);
  assert.ok(!JSON.stringify(reply).includes(SECRET));
});

test("a server that is away, busy, older or too talkative is told as what it is", async () => {
  const told = [];
  const wait = () => waitForNews({ command: "sync.wait" }, coreWith(told), networkOf(origin));
  answer = (response) => response.destroy();
  await wait();
  assert.equal(told.pop().status, 0);
  answer = (response) => response.writeHead(503, { "Retry-After": "60" }).end("{}");
  await wait();
  const busy = told.pop();
  assert.equal(busy.status, 503);
  assert.equal(busy.retry_after_s, 60);
  answer = (response) => response.writeHead(404).end();
  await wait();
  assert.equal(told.pop().status, 404);
  answer = (response) => response.end("x".repeat(100_000));
  await wait();
  assert.deepEqual(told.pop().body, "");
});

test("without a token nothing is asked, and a locked store is said to be one", async () => {
  const told = [];
  seen.length = 0;
  const reply = await waitForNews(
    { command: "sync.wait" },
    coreWith(told, false),
    networkOf(origin),
  );
  assert.deepEqual([reply.news, reply.in_ms], [false, 3000]);
  const locked = await waitForNews(
    { command: "sync.wait" },
    () => JSON.stringify({ ok: false, error: { code: "locked" } }),
    networkOf(origin),
  );
  assert.equal(locked.error.code, "locked");
  assert.deepEqual([seen, told], [[], []]);
});
