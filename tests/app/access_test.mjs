// Every screen that the app has: what axe says of it, light and dark, on a phone and at a desk, in
// both languages; at 200 % and 400 %; by keyboard alone; without motion.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { accessibilityFaults } from "./browser.mjs";
import { ask, DESK, makeHousehold, Person } from "./people.mjs";
import { root, World } from "./world.mjs";

const world = new World();
let places;
let carla;

before(async () => {
  await world.start();
  for (const [account, name, role] of [
    ["anna", "Anna Rossi", "educator"],
    ["carla", "Carla Verdi", "coordinator"],
    ["office", "Ufficio", "coordinator"],
  ]) {
    world.person(account, name, role);
  }
  const office = world.desk("office");
  const family = makeHousehold(office, world, ["anna", "carla"]);
  const anna = world.desk("anna");
  anna.sync();
  anna.call("record.save", { record: family.visit, fields: { next_step: "la maestra" } });
  office.call("record.save", { record: family.visit, fields: { next_step: "il pediatra" } });
  for (const one of [anna, office, anna]) one.sync();
  const network = office.call("dossier.create", {
    type: "network",
    fields: { name: "Rete della Val d'Enza" },
    records: [
      { type: "stakeholder", fields: { name: "Polisportiva", kind: "associazione" } },
    ],
  }).dossier;
  office.sync();
  world.admin("assign", "carla", network);
  carla = await new Person(world, "carla", DESK).begin();
  const { items } = await ask(carla.page, "review.list");
  const draft = (type) =>
    ask(carla.page, "draft.open", { type, dossier: family.dossier }).then((one) => one.draft.id);
  const visit = await ask(carla.page, "draft.open", {
    type: "visit",
    dossier: family.dossier,
    fields: { start_at: new Date().toISOString(), educator: "carla" },
  });
  places = [
    [""],
    ["families"],
    ["dossier", family.dossier],
    ["dossier", network],
    ["child", family.dossier],
    ["services"],
    ["record", family.visit],
    ["edit", await draft("note")],
    ["new", "-", "household"],
    ["new", family.dossier, "member"],
    ["visit", visit.draft.id],
    ["budget", family.dossier, "2026-11"],
    ["search"],
    ["outbox"],
    ["news"],
    ["review"],
    ["review", items[0].id],
    ["reports"],
    ["report", "R1"],
    ["report", "R10"],
    ["frozen", "none"],
    ["openings"],
    ["tablet"],
    ["accessibility"],
  ];
});

after(async () => {
  await carla?.end();
  await world.end();
});

async function open(place) {
  await carla.goTo(...place);
  await carla.page.locator("main").waitFor();
  await carla.page.waitForFunction(() => !document.querySelector("main [aria-busy=true]"));
}
const tooWide = () =>
  carla.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );

test("no screen is forgotten here", () => {
  const source = readFileSync(join(root, "app/src/main.tsx"), "utf8");
  const screens = [...source.matchAll(/^ {4}case "(\w+)":/gm)].map((found) => found[1]);
  assert.ok(screens.length > 10);
  // Of whoever coordinates and of the fellow: steer_test, staff_test and network_test look at them.
  const elsewhere = ["steer", "access", "network", "stakeholder"];
  const steer = ["team", "health", "erasures", "absences", "lists", "people"];
  const looked = new Set([...places.map(([first]) => first), ...elsewhere, ...steer]);
  assert.deepEqual(
    screens.filter((one) => !looked.has(one)),
    [],
  );
});

for (const [size, scheme, language] of [
  [{ width: 360, height: 740 }, "light", "Italiano"],
  [DESK, "dark", "English"],
]) {
  test(`every screen is free of faults that axe knows: ${scheme}, ${language}`, async () => {
    await carla.goTo("tablet");
    await carla.page.getByText(language, { exact: true }).click();
    await carla.page.setViewportSize(size);
    await carla.page.emulateMedia({ colorScheme: scheme });
    for (const place of places) {
      await open(place);
      const where = `${place.join("/")} ${scheme}`;
      assert.deepEqual(await accessibilityFaults(carla.page), [], where);
      assert.equal(await tooWide(), 0, `${where} fits its width`);
    }
    await carla.page.emulateMedia({ colorScheme: "light" });
    assert.deepEqual(carla.page.troubles, []);
  });
}

test("at 200 % and 400 % of a desk's screen nothing has to be scrolled sideways", async () => {
  for (const size of [
    { width: 640, height: 450 },
    { width: 320, height: 256 },
  ]) {
    await carla.page.setViewportSize(size);
    for (const place of places) {
      await open(place);
      assert.equal(await tooWide(), 0, `${place.join("/")} at ${size.width}`);
    }
  }
});

/** What has the focus, and whether one can see that. */
async function focused() {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const one = document.activeElement;
  if (one === null || one === document.body) return null;
  const box = (one.matches("input") ? (one.closest("label") ?? one) : one).getBoundingClientRect();
  one.dataset.walked = "yes";
  return {
    what: one.outerHTML.slice(0, 120),
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}
/** What can be reached by Tab: of a group of radios only one can. */
function unreached() {
  const wanted = "a[href],button:not(:disabled),input:not(:disabled),select,textarea,summary";
  return [...document.querySelectorAll(wanted)]
    .filter((one) => one.dataset.walked !== "yes" && one.checkVisibility() && one.tabIndex >= 0)
    .filter((one) => one.type !== "radio" && !one.closest("fieldset:disabled"))
    .map((one) => one.outerHTML.slice(0, 120));
}

test("Tab alone reaches everything on every screen, and shows where it is", async () => {
  await carla.page.setViewportSize(DESK);
  await carla.page.emulateMedia({ reducedMotion: "reduce" }); // where it is, not on its way there
  for (const place of places) {
    await open(place);
    await carla.page.waitForTimeout(200); // a part that loads later moves what is below it
    // From the heading to the end, and once around from the beginning.
    for (let step = 0, ends = 0; step < 400 && ends < 2; ++step) {
      await carla.page.keyboard.press("Tab");
      const at = await carla.page.evaluate(focused);
      if (at === null) ++ends;
      else assert.ok(at.seen, `${place.join("/")}: the focus is out of sight on ${at.what}`);
    }
    assert.deepEqual(await carla.page.evaluate(unreached), [], place.join("/"));
  }
});

test("whoever wants no motion gets none", async () => {
  await carla.page.emulateMedia({ reducedMotion: "reduce" });
  for (const place of places) {
    await open(place);
    const moving = await carla.page.evaluate(() =>
      [...document.querySelectorAll("body *")]
        .filter((one) => {
          const style = getComputedStyle(one);
          const lasts = (text) => text.split(",").some((part) => parseFloat(part) > 0);
          return (
            (style.transitionProperty !== "none" && lasts(style.transitionDuration)) ||
            style.animationName !== "none"
          );
        })
        .map((one) => one.outerHTML.slice(0, 80)),
    );
    assert.deepEqual(moving, [], place.join("/"));
  }
});
