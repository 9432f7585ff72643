// The core's second part is needed and does not come: what happens is told over the screen, nothing
// typed beneath is lost, and it goes on when the part comes, asked for or by itself.
import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { after, before, test } from "node:test";
import { ask, look, makeHousehold, Person, PHONE } from "./people.mjs";
import { World } from "./world.mjs";

const world = new World();
const NARROW = { width: 360, height: 740 };
const PIN = "407319";
/** A way to the server on which the second part is held back while `isHeld`. */
let way;
let origin;
let family;
let isHeld = true;
const held = new Set();
let anna;

function go() {
  isHeld = false;
  for (const one of held) one();
  held.clear();
}
function pass(from, to) {
  const { method, url, headers } = from;
  const where = { host: "127.0.0.1", port: world.port, method, path: url, headers };
  const onward = request(where, (reply) => {
    to.writeHead(reply.statusCode, reply.headers);
    reply.pipe(to);
  });
  onward.on("error", () => to.destroy());
  from.pipe(onward);
}

before(async () => {
  way = createServer((from, to) => {
    if (isHeld && from.url.startsWith("/core-rest.")) held.add(() => pass(from, to));
    else pass(from, to);
  });
  await new Promise((done) => way.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${way.address().port}`;
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("office", "Ufficio", "coordinator");
  family = makeHousehold(world.desk("office"), world, ["anna"]);
  process.env.INSIEME_PUBLIC_URL = origin; // of invitations from here on
  const reached = { url: origin, invite: (account) => world.invite(account) };
  anna = new Person(reached, "anna");
});

after(async () => {
  await anna?.browser.end();
  way?.closeAllConnections();
  way?.close();
  await world.end();
});

const cover = () => anna.page.getByRole("dialog");

test("[P2] a second part that does not come is told, and no letter is lost", async () => {
  await anna.browser.start();
  anna.page = await anna.browser.page(origin, PHONE);
  const { page } = anna;
  const code = page.getByLabel("Codice di invito");
  await code.waitFor(); // the first part is enough for that
  assert.ok(held.size > 0);
  await page.evaluate(() => void globalThis.insieme.call("report.run", { report: "R1" }));
  const invitation = world.invite("anna");
  await code.fill(invitation);
  await page.getByLabel("Come si chiama questo tablet").fill("Tablet di Anna");
  await cover().getByRole("heading", { name: "Insieme non ha finito di caricarsi" }).waitFor();
  await look(page, "arriving");
  await page.setViewportSize(NARROW);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await page.keyboard.press("Escape");
  await cover().getByRole("button", { name: "Riprova" }).click();
  await cover().getByText("Ancora niente").waitFor();
  go();
  // It may come by itself before anybody asks.
  await cover().getByRole("button", { name: "Riprova" }).click({ timeout: 2000 }).catch(() => {});
  await cover().waitFor({ state: "detached" });
  assert.equal(await code.inputValue(), invitation);
  await page.getByRole("button", { name: "Collega questo tablet" }).click();
  await anna.choosePin(PIN);
  await page.getByRole("navigation", { name: "Sezioni" }).waitFor();
  await anna.send();
  await anna.openRecord("Famiglia Bassi", family.visitTitle);
  assert.equal((await ask(page, "verify")).sound, true);
});
