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
const PAGE = 40; // lines of each of today's lists
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
        const inDays = (n) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);
        const visit = (n) => ({
          type: "visit",
          fields: {
            start_at: `2026-11-${String(1 + (n % 24)).padStart(2, "0")}T15:00`,
            place: "casa",
            educator: "office",
            next_step: "sentire la scuola",
            next_date: inDays(1),
          },
        });
        const objective = (name) => ({
          title: `Obiettivo di ${name}`,
          status: "in_corso",
          due_on: inDays(3),
        });
        for (const name of all) {
          const reply = await globalThis.insieme.call("dossier.create", {
            request_id: crypto.randomUUID(),
            type: "household",
            fields: { name: `Famiglia ${name}`, commune: "Bibbiano" },
            records: [
              { type: "member", fields: { surname: name, given_names: "Lina", relation: "Madre" } },
              { type: "objective", fields: objective(name) },
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
  const visits = page.getByRole("region", { name: "Visite previste" });
  await visits.getByText("sentire la scuola").first().waitFor();
  await page.getByRole("region", { name: "Scadenze" }).getByText("Obiettivo di").first().waitFor();
  assert.ok((await page.locator("main a").count()) <= ROWS_MAX);
  await timed(context, "the core's part of it", () => ask(page, "agenda"));
  await timed(context, "its next page", async () => {
    const left = HOUSEHOLDS - 2 * PAGE;
    await visits.getByRole("button", { name: `ne restano ${HOUSEHOLDS - PAGE}` }).click();
    await visits.getByRole("button", { name: `ne restano ${left}` }).waitFor();
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
