// A thousand households on one tablet: lists, search and a dossier open without waiting for all of
// them, and the page holds no more of them than it shows.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, DESK, Person } from "./people.mjs";
import { World } from "./world.mjs";

const HOUSEHOLDS = Number(process.env.INSIEME_HOUSEHOLDS ?? 1000);
const VISITS = Number(process.env.INSIEME_VISITS ?? 1); // of each
const AT_ONCE = 50; // in one call of the page
const ROWS_MAX = 150; // on any screen
const world = new World();
let office;

const NAMES = ["Rossi", "Bianchi", "Neri", "Ferrari", "Gallo", "Costa", "Fontana", "Conti"];
const nameOf = (n) => `${NAMES[n % NAMES.length]} ${String(n).padStart(4, "0")}`;

before(async () => {
  await world.start();
  world.person("office", "Ufficio", "coordinator");
  office = await new Person(world, "office", DESK).begin();
});
after(async () => {
  await office?.end();
  await world.end();
});

/** From a tap to the last of what it shows, in milliseconds; told beside the test. */
async function timed(context, what, act) {
  const from = performance.now();
  const value = await act();
  context.diagnostic(`${what}: ${Math.round(performance.now() - from)} ms`);
  return value;
}

const memory = async () => {
  const cdp = await office.browser.context.newCDPSession(office.page);
  await cdp.send("HeapProfiler.collectGarbage");
  await cdp.send("Performance.enable");
  const { metrics } = await cdp.send("Performance.getMetrics");
  await cdp.detach();
  return metrics.find((one) => one.name === "JSHeapUsedSize").value;
};

test("a thousand households are written and sent", { timeout: 240_000 }, async (context) => {
  await timed(context, `${HOUSEHOLDS} households written`, async () => {
    for (let from = 0; from < HOUSEHOLDS; from += AT_ONCE) {
      const names = Array.from({ length: AT_ONCE }, (_, n) => nameOf(from + n));
      const make = async ([all, visits]) => {
        const visit = (n) => ({
          type: "visit",
          fields: {
            start_at: `2026-11-${String(1 + (n % 24)).padStart(2, "0")}T15:00`,
            place: "casa",
            educator: "office",
            next_step: "sentire la scuola",
          },
        });
        for (const name of all) {
          const reply = await globalThis.insieme.call("dossier.create", {
            request_id: crypto.randomUUID(),
            type: "household",
            fields: { name: `Famiglia ${name}`, commune: "Bibbiano" },
            records: [
              { type: "member", fields: { surname: name, given_names: "Lina", relation: "Madre" } },
              { type: "objective", fields: { title: `Obiettivo di ${name}`, status: "in_corso" } },
              ...Array.from({ length: visits }, (_, n) => visit(n)),
            ],
          });
          if (!reply.ok) return JSON.stringify(reply.error);
        }
        return "";
      };
      assert.equal(await office.page.evaluate(make, [names, VISITS]), "");
    }
  });
  await timed(context, "sent", () => office.send());
  assert.equal(Number((await ask(office.page, "status")).dossiers), HOUSEHOLDS);
});

test("lists, search and a dossier open, and show no more than a screen needs", async (context) => {
  const { page } = office;
  await timed(context, "started", async () => {
    await page.reload();
    await page.getByRole("navigation", { name: "Sezioni" }).waitFor();
  });
  await timed(context, "today", async () => {
    await office.goTo("");
    await page.getByRole("region", { name: "Le mie famiglie" }).getByRole("link").first().waitFor();
  });
  assert.ok((await page.locator("main a").count()) <= ROWS_MAX);
  // So many visits are read when somebody asks, not with each change.
  await timed(context, "visits and due dates, asked for", async () => {
    await page.getByRole("button", { name: "Cerca visite e scadenze" }).click();
    await page.getByRole("button", { name: "Cerca di nuovo" }).waitFor();
    await page.getByText("Nessuna visita in programma").waitFor();
  });
  await timed(context, "families", async () => {
    await office.goTo("families");
    await page.getByRole("link", { name: "Famiglia Bianchi 0001" }).waitFor();
  });
  assert.ok((await page.locator("main a").count()) <= ROWS_MAX);
  await page.getByRole("button", { name: `ne restano ${HOUSEHOLDS - 100}` }).waitFor();
  const wanted = nameOf(HOUSEHOLDS - 1);
  await timed(context, "families filtered", async () => {
    await page.getByLabel("Cerca", { exact: true }).fill(wanted);
    await page.getByRole("link", { name: `Famiglia ${wanted}` }).waitFor();
  });
  await office.goTo("search");
  await timed(context, "search", async () => {
    await page.getByLabel("Cerca famiglie, persone, note").fill(`${wanted} lina`);
    await page.getByRole("link", { name: new RegExp(wanted) }).first().waitFor();
  });
  const { dossiers } = await ask(page, "dossier.list");
  const dossier = dossiers.find((one) => one.title === `Famiglia ${wanted}`);
  await timed(context, "dossier", async () => {
    await office.goTo("dossier", dossier.id);
    await page.getByRole("heading", { name: `Famiglia ${wanted}`, level: 1 }).waitFor();
    await page.getByText(`Obiettivo di ${wanted}`).waitFor();
  });
  context.diagnostic(`page: ${Math.round((await memory()) / 1e6)} MB of JavaScript's heap`);
  assert.deepEqual(page.troubles, []);
});

test("in an hour of work the page keeps no more than it shows", async (context) => {
  const { page } = office;
  const round = async () => {
    for (const place of ["", "families", "outbox", "search", "review"]) {
      await office.goTo(place);
      await page.locator("h1").waitFor();
      await page.waitForFunction(() => !document.querySelector('main [aria-busy="true"]'));
    }
  };
  for (let i = 0; i < 3; ++i) await round();
  const before_ = await memory();
  for (let i = 0; i < 10; ++i) await round();
  const after_ = await memory();
  const mega = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  context.diagnostic(`heap: ${mega(before_)}, then ${mega(after_)}`);
  assert.ok(after_ < before_ + 10e6, `${before_} then ${after_}`);
});
