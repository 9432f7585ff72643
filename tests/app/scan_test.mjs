// An invitation by the camera: the code that the server draws is held before a camera (a film that
// Chromium takes for one), read, and connects the tablet. Refused, and none: said in words.
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Browser, until } from "./browser.mjs";
import { look, PHONE } from "./people.mjs";
import { root, World } from "./world.mjs";

const { encodeQR } = await import(join(root, "app/node_modules/qr/index.js"));

const world = new World();
const START = "Inquadra il codice QR";
const film = join(world.folder, "film.mjpeg");
const browsers = [];

async function open(more = []) {
  const browser = new Browser(more);
  browsers.push(browser);
  await browser.start();
  const page = await browser.page(world.url, PHONE);
  await page.getByRole("button", { name: START }).waitFor();
  return { browser, page };
}

/** What is drawn, on a table of another colour, as frames of a camera. */
async function filmOf(svg) {
  const { browser, page } = await open();
  await page.goto("about:blank"); // under the app's policy nothing is styled in place
  await page.setViewportSize({ width: 640, height: 480 });
  await page.setContent(
    `<body style="margin:0;background:#9aa3a8;display:grid;place-items:center;height:100vh">
      <div style="background:#fff;padding:18px;width:330px;height:330px;transform:rotate(4deg)">
      ${svg.replace("<svg", '<svg style="width:100%;height:100%"')}</div></body>`,
  );
  const frame = await page.screenshot({ type: "jpeg", quality: 80 });
  writeFileSync(film, Buffer.concat(Array(10).fill(frame)));
  await browser.end();
}

/** The code of a sheet to print. */
function drawn(account) {
  const sheet = join(world.folder, `${account}.html`);
  rmSync(sheet, { force: true });
  world.admin("invite", account, "--sheet", sheet);
  const [svg] = /<svg[^]*?<\/svg>/.exec(readFileSync(sheet, "utf8")) ?? [];
  assert.ok(svg, "the sheet has a code");
  return svg;
}

const CAMERA = [
  "--use-fake-device-for-media-stream",
  `--use-file-for-fake-video-capture=${film}`,
];
const ALLOWED = "--use-fake-ui-for-media-stream";

before(async () => {
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
});
after(async () => {
  for (const one of browsers) await one.end();
  await world.end();
});

test("the code of the sheet, before the camera, connects the tablet", async () => {
  await filmOf(drawn("anna"));
  const { page } = await open([...CAMERA, ALLOWED]);
  await page.getByRole("button", { name: START }).click();
  await page.getByText("Invito letto").waitFor();
  assert.match(await page.getByLabel("Codice di invito").inputValue(), /^insieme:\/\//);
  // The camera is let go.
  assert.equal(await page.locator("video").count(), 0);
  await look(page, "scan-found");
  await page.getByRole("button", { name: "Collega questo tablet" }).click();
  await page.getByRole("heading", { name: "Scegli un PIN" }).waitFor();
  assert.deepEqual(page.troubles, []);
});

test("[P1] without a network the camera reads, too", async () => {
  await filmOf(drawn("anna"));
  const { browser, page } = await open([...CAMERA, ALLOWED]);
  await until("what the camera needs", async () => {
    const kept = await page.evaluate(async () => {
      const names = await caches.keys();
      const requests = await Promise.all(
        names.map(async (name) => (await caches.open(name)).keys()),
      );
      return requests.flat().map((request) => new URL(request.url).pathname);
    });
    return ["/scan.", "/code."].every((start) => kept.some((path) => path.startsWith(start)));
  });
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await browser.context.setOffline(true);
  await page.reload();
  await page.getByRole("button", { name: START }).click();
  await page.getByText("Invito letto").waitFor();
  assert.match(await page.getByLabel("Codice di invito").inputValue(), /^insieme:\/\//);
});

test("a code that is no invitation is told, and the camera goes on looking", async () => {
  await filmOf(encodeQR("https://www.example.org/menu", "svg"));
  const { page } = await open([...CAMERA, ALLOWED]);
  await page.getByRole("button", { name: START }).click();
  await page.getByText("non è un invito di Insieme").waitFor();
  await page.getByRole("button", { name: "Chiudi la fotocamera" }).waitFor();
  await look(page, "scan-other");
  await page.getByRole("button", { name: "Chiudi la fotocamera" }).click();
  assert.equal(await page.getByLabel("Codice di invito").inputValue(), "");
});

test("a camera that is refused, and none at all, leave the pasted code", async () => {
  const refused = await open([...CAMERA, "--deny-permission-prompts"]);
  await refused.page.getByRole("button", { name: START }).click();
  await refused.page.getByText("La fotocamera non è permessa").waitFor();
  await look(refused.page, "scan-refused");
  const none = await open([ALLOWED]);
  await none.page.getByRole("button", { name: START }).click();
  await none.page.getByText("non c'è una fotocamera").waitFor();
});
