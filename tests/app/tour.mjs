// A working day in pictures, of each of the four roles, in both languages:
//   node tests/app/tour.mjs OUT [it|en]
// Real server, real core, real browsers. Pictures lie in OUT/it and OUT/en.
import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { DESK, makeHousehold, Person, PHONE, TABLET } from "./people.mjs";
import { wordsOf } from "./words.mjs";
import { root, World } from "./world.mjs";

const out = resolve(process.argv[2] ?? join(root, "docs/tour"));
const languages = process.argv[3] ? [process.argv[3]] : ["it", "en"];

/** Labels that come from the schema, and what people type. */
const TEXTS = {
  it: {
    home: "A casa",
    nextStep: "Prossimo passo",
    note: "Tommaso ha finito i compiti prima di cena.",
    teacher: "telefonare alla maestra",
    doctor: "chiedere al pediatra",
    both: "sentire maestra e pediatra",
    why: "servono tutti e due",
    health: "Salute e crescita",
    income: "Reddito da lavoro",
    benefits: "Assegni per i figli",
    rent: "Affitto o mutuo",
    food: "Alimenti e casa",
    emergency: "Chiamata dal pronto soccorso, la collega non risponde",
    looked: "Sentito alle 22: bene così",
    lost: "Lasciato in autobus",
    erased: "Fascicolo aperto per errore, prot. 12/2026",
    phone: "Telefono",
    related: "In relazione",
    next: "incontro in palestra con le famiglie",
    T1: "T1, intermedia",
  },
  en: {
    home: "At home",
    nextStep: "Next step",
    note: "Tommaso finished his homework before dinner.",
    teacher: "call the teacher",
    doctor: "ask the paediatrician",
    both: "talk to teacher and paediatrician",
    why: "both are needed",
    health: "Health and growth",
    income: "Earnings",
    benefits: "Child allowances",
    rent: "Rent or mortgage",
    food: "Food and household goods",
    emergency: "A call from the emergency room, my colleague does not answer",
    looked: "We spoke at 10 pm: that was right",
    lost: "Left on the bus",
    erased: "Opened by mistake, ref. 12/2026",
    phone: "Telephone",
    related: "In a relation",
    next: "meeting in the gym with the families",
    T1: "T1, intermediate",
  },
};

/** In the page: what the choice of a language keeps there. */
const speak = (language) => localStorage.setItem("insieme-language", language);

/** Who tells a part of the day, in that language, at that size. */
class Teller extends Person {
  constructor(story, account, size) {
    super(story.world, account, size);
    this.story = story;
    this.pictures = 0;
  }
  async begin() {
    await super.begin();
    await this.page.evaluate(speak, this.story.language);
    await this.page.reload();
    await this.page.getByRole("navigation").first().waitFor();
    this.translated = true;
    return this;
  }
  word(name, given) {
    return this.story.word(name, given);
  }
  press(name, given) {
    return this.page
      .getByRole("button", { name: this.word(name, given), exact: true })
      .first()
      .click();
  }
  async send() {
    if (!this.translated) return super.send();
    await this.goTo("outbox");
    const button = this.page.getByRole("button", { name: this.word("sync_now") });
    const exchanges = () => document.querySelector("[data-exchanges]")?.dataset.exchanges;
    await button.click({ trial: true });
    const before = await this.page.evaluate(exchanges);
    await button.click();
    await this.page.waitForFunction(
      (was) => Number(document.querySelector("[data-exchanges]")?.dataset.exchanges) > Number(was),
      before,
    );
    return undefined;
  }
  /** What was said a moment ago is gone from the picture. */
  async quiet() {
    await this.page.waitForFunction(() => !document.querySelector(".toast-text"), undefined, {
      timeout: 20_000,
    });
  }
  async picture(role, name, { top = true } = {}) {
    await this.page.waitForFunction(() => !document.querySelector("main [aria-busy=true]"));
    if (top) await this.page.evaluate(() => window.scrollTo(0, 0));
    await this.page.waitForTimeout(350);
    const file = `${role}-${name}.png`;
    await this.page.screenshot({ path: join(this.story.folder, file) });
    console.log(`${this.story.language}/${file}`);
  }
}

function makeSpace(world) {
  for (const [account, name, role] of [
    ["anna", "Anna Rossi", "educator"],
    ["bruno", "Bruno Neri", "educator"],
    ["carla", "Carla Verdi", "coordinator"],
    ["fede", "Federica Sala", "fellow"],
    ["office", "Ufficio", "coordinator"],
    ["ada", "Ada Conti", "admin"],
  ]) {
    world.person(account, name, role);
  }
  const office = world.desk("office");
  const families = ["Famiglia Bassi", "Famiglia Ferri", "Famiglia Galli"].map((name) =>
    makeHousehold(office, world, ["anna", "bruno", "carla"], name),
  );
  const hidden = makeHousehold(office, world, ["anna", "carla"], "Famiglia Poli");
  for (const given_names of ["Giulia", "Giullia"]) {
    office.call("record.save", {
      type: "member",
      dossier: families[2].dossier,
      fields: {
        surname: "Galli",
        given_names,
        birth_date: "2016-05-01",
        relation: "Fratello o sorella",
      },
    });
  }
  const network = office.call("dossier.create", {
    type: "network",
    fields: { name: "Rete della Val d'Enza" },
  }).dossier;
  const stakeholders = [
    ["Polisportiva Enza", "associazione", "contattato"],
    ["Scuola Marconi", "scuola", "in_relazione"],
    ["Officine Neri", "impresa", "da_contattare"],
    ["Biblioteca civica", "comune", "in_relazione"],
    ["Banco alimentare", "ets", "aderente"],
  ].map(
    ([name, kind, stage]) =>
      office.call("record.save", {
        type: "stakeholder",
        dossier: network,
        fields: { name, kind, stage },
      }).record.id,
  );
  office.call("record.save", {
    type: "service_offer",
    dossier: network,
    fields: {
      name: "Doposcuola e pallavolo",
      stakeholder: stakeholders[0],
      status: "attivo",
      communes: ["035004"],
      minimum_age: 8,
      maximum_age: 14,
      schedule: "martedì e giovedì, 16–18",
      phones: ["0522 123456"],
    },
  });
  office.sync();
  for (const account of ["anna", "fede"]) world.admin("assign", account, network);
  return { office, families, hidden, network };
}

/** Two desks write what the coordinator will have to decide, beside what the tablets write. */
function disagree(story) {
  const { families, office } = story;
  office.call("record.save", {
    record: families[1].visit,
    fields: { observations: "Tommaso mangia poco e dorme tardi." },
  });
  office.sync();
  const [anna, bruno] = ["anna", "bruno"].map((one) => story.world.desk(one));
  for (const one of [anna, bruno]) one.sync();
  const { teacher, doctor } = story.texts;
  for (const { visit } of families.slice(1)) {
    anna.call("record.save", { record: visit, fields: { next_step: teacher } });
    bruno.call("record.save", { record: visit, fields: { next_step: doctor } });
  }
  const say = (desk, observations) =>
    desk.call("record.save", { record: families[1].visit, fields: { observations } });
  say(anna, "Tommaso mangia poco ma volentieri e dorme tardi.");
  say(bruno, "Tommaso mangia poco e dorme tardi, con la luce accesa.");
  for (const one of [anna, bruno, anna]) one.sync();
}

async function educatorsMorning(story) {
  const { texts, families, world } = story;
  const [size, other] = story.sizes.educator;
  const first = new Teller(story, "anna", size);
  await first.browser.start();
  try {
    first.page = await first.browser.page(world.url, size);
    await first.page.evaluate(speak, story.language);
    await first.page.reload();
    await first.page.getByLabel(story.word("start_code")).waitFor();
    await first.picture("educator", "01-start");
  } finally {
    await first.browser.end();
  }
  const anna = await story.teller("anna", size);
  const { page } = anna;
  await anna.goTo();
  await page.getByText("Famiglia Ferri").first().waitFor();
  await anna.picture("educator", "02-today");
  await anna.goTo("dossier", families[0].dossier);
  await page.getByText("Bassi Tommaso").waitFor();
  await anna.picture("educator", "03-family");
  await anna.offline();
  await anna.press("start_visit");
  await page.getByText(texts.home, { exact: true }).click();
  await page.getByText("Bassi Tommaso", { exact: true }).click();
  await page.getByText("Fare i compiti con calma", { exact: true }).click();
  await page.getByLabel(anna.word("visit_note")).fill(texts.note);
  await anna.picture("educator", "04-visit");
  await anna.press("visit_stop");
  await page.getByText(anna.word("visit_saved")).waitFor();
  await anna.picture("educator", "05-saved-offline");
  await anna.goTo("record", families[0].visit);
  await edit(anna, texts.nextStep, texts.teacher);
  await anna.goTo("outbox");
  await anna.quiet();
  await anna.picture("educator", "06-to-send");

  const bruno = await story.teller("bruno", other);
  await bruno.offline();
  await bruno.goTo("record", families[0].visit);
  await bruno.press("edit");
  await bruno.page.getByLabel(texts.nextStep).fill(texts.doctor);
  await bruno.picture("educator", "07-form");
  await bruno.press("save");
  await bruno.page.getByText(anna.word("saved_here")).waitFor();
  for (const one of [anna, bruno]) await one.online();
  return [anna, bruno];
}

async function edit(teller, label, text) {
  await teller.press("edit");
  await teller.page.getByLabel(label).fill(text);
  await teller.press("save");
  await teller.page.getByText(teller.word("saved_here")).first().waitFor();
}

async function atTheKitchenTable(story, anna) {
  const { texts, families, world } = story;
  const { page } = anna;
  await anna.goTo("child", families[0].dossier, families[0].child);
  const dimensions = page.locator(".score");
  await dimensions.first().waitFor();
  const rate = async (values) => {
    for (const [at, value] of values.entries()) {
      await dimensions.nth(at).getByRole("radio").nth(value - 1).check();
      await page.waitForFunction(
        ([n, wanted]) =>
          document.querySelectorAll(".figures tbody tr").length > 0 &&
          document.querySelectorAll(".score")[n]?.querySelectorAll("input")[wanted - 1]?.checked,
        [at, value],
      );
      await page.waitForTimeout(250);
    }
  };
  await rate([2, 3, 3, 2, 4, 2, 3, 4, 3, 2, 3, 4, 4, 3, 3, 2, 3]);
  await page.getByText(texts.T1, { exact: true }).first().click();
  await rate([3, 4, 4, 4, 4, 4, 5, 5, 4, 3, 4, 5, 5, 4, 4, 3, 4]);
  await anna.quiet();
  await anna.picture("educator", "08-child");
  await anna.goTo("services", "035004");
  await page.getByText("Doposcuola e pallavolo").waitFor();
  await anna.picture("educator", "09-services");
  world.admin("assign", "anna", families[0].dossier, "--sections", "core,education,economic");
  await anna.send();
  await anna.goTo("budget", families[0].dossier, "2026-11");
  for (const [label, amount] of [
    [texts.income, "1.150"],
    [texts.benefits, "233,40"],
    [texts.rent, "480"],
    [texts.food, "410"],
    [texts.income, "1.150,00"],
  ]) {
    await page.getByLabel(label, { exact: true }).fill(amount);
  }
  await page.getByText(anna.word("draft_kept")).waitFor();
  await anna.picture("educator", "10-budget");
}

async function coordinatorsDay(story, bruno) {
  const { texts, families } = story;
  const carla = await story.teller("carla", story.sizes.coordinator);
  const { page } = carla;
  await carla.goTo();
  await page.getByText(carla.word("nav_review")).first().waitFor();
  await carla.picture("coordinator", "01-today");
  await carla.goTo("review");
  await page.locator(".queue a").nth(2).waitFor();
  await carla.picture("coordinator", "02-queue");
  await page.getByRole("link", { name: new RegExp(`Bassi · ${texts.nextStep}`) }).click();
  await carla.press("combine");
  await page.getByLabel(carla.word("your_value")).fill(texts.both);
  await page.getByLabel(carla.word("reason"), { exact: true }).fill(texts.why);
  await carla.picture("coordinator", "03-decide");
  await carla.press("decide");
  await page.getByText(carla.word("review_done")).waitFor();
  await carla.goTo("review");
  await carla.press("batch_open", { n: 2 });
  await page.getByRole("radio").first().check();
  const form = page.getByRole("region", { name: carla.word("batch"), exact: true });
  await form.getByLabel(carla.word("reason")).fill(texts.why);
  await form.scrollIntoViewIfNeeded();
  await carla.quiet();
  await carla.picture("coordinator", "04-batch", { top: false });
  await carla.press("close");
  await page.locator(".side-by-side").first().scrollIntoViewIfNeeded();
  await carla.picture("coordinator", "05-duplicates", { top: false });
  await carla.goTo("record", families[1].visit);
  await page.getByText(carla.word("history"), { exact: true }).click();
  await page.locator(".authorship").scrollIntoViewIfNeeded();
  await carla.picture("coordinator", "06-authors", { top: false });
  await carla.send();

  // In the evening: a family that is not Bruno's, and a colleague who does not answer.
  await bruno.goTo("openings");
  await bruno.page
    .getByLabel(carla.word("openings_digits"), { exact: true })
    .fill(story.hidden.dossier.slice(-8));
  await bruno.page
    .getByLabel(carla.word("openings_reason"), { exact: true })
    .fill(texts.emergency);
  await bruno.press("openings_open");
  const mine = bruno.page.getByRole("region", { name: carla.word("openings_mine") });
  await mine.getByRole("link", { name: carla.word("openings_go") }).waitFor();
  await bruno.quiet();
  await bruno.picture("educator", "13-opening");
  await carla.send();
  await carla.goTo("openings");
  await page.getByLabel(carla.word("openings_note")).fill(texts.looked);
  await carla.picture("coordinator", "07-opening-looked-into");
  for (const [screen, name] of [
    ["work", "08-who-follows-whom"],
    ["health", "09-what-is-not-sent"],
  ]) {
    await carla.goTo("steer", screen);
    await page.locator("main table").first().waitFor();
    await carla.picture("coordinator", name);
  }
  await atTheDesk(story, carla);
}

/** A report of the server's, an absence, an erasure that waits for the second person. */
async function atTheDesk(story, carla) {
  const { texts, world, hidden } = story;
  const { page } = carla;
  await carla.goTo("report", "R10");
  await page.locator("main .bars svg").first().waitFor();
  await carla.picture("coordinator", "10-report");
  await carla.goTo("steer", "absences");
  await page.locator("summary", { hasText: carla.word("away_new") }).click();
  await page.getByLabel(carla.word("away_who")).selectOption("bruno");
  await page.getByLabel(carla.word("away_deputy")).selectOption("anna");
  const first = await page.getByLabel(carla.word("away_from")).inputValue();
  await page.getByLabel(carla.word("away_until")).fill(first);
  await carla.picture("coordinator", "11-absence");
  world.admin("erase", "propose", hidden.dossier, "--ground", texts.erased, "--by", "office");
  await carla.goTo("steer", "erasures");
  await page.getByText(carla.word("steer_erase_confirm")).waitFor();
  await carla.picture("coordinator", "12-erasure");
}

/** Who administers: a code for a new tablet, and a tablet that was left on the bus. */
async function administratorsDay(story) {
  const { texts } = story;
  const ada = await story.teller("ada", story.sizes.coordinator);
  const { page } = ada;
  const open = async (name) => {
    await ada.goTo("steer", "health");
    await ada.goTo("steer", "people");
    const heading = page.getByRole("heading", { name, exact: true });
    const card = page.getByRole("article").filter({ has: heading });
    await card.waitFor();
    return card;
  };
  const fede = await open("Federica Sala");
  await fede.locator("summary", { hasText: ada.word("steer_invite_more") }).click();
  await fede.getByRole("button", { name: ada.word("steer_invite_make") }).click();
  await fede.locator(".qr").waitFor();
  await fede.locator(".invitation").scrollIntoViewIfNeeded();
  await ada.picture("administrator", "01-invitation", { top: false });
  const anna = await open("Anna Rossi");
  await anna.locator("summary", { hasText: ada.word("device_acts") }).first().click();
  await anna.getByRole("radio", { name: ada.word("device_lock"), exact: true }).first().check();
  await anna.getByLabel(ada.word("steer_why")).first().fill(texts.lost);
  await anna.locator("fieldset").first().scrollIntoViewIfNeeded();
  await ada.picture("administrator", "02-lost-tablet", { top: false });
}

async function theDecisionComesBack(story, anna, bruno) {
  const { texts, families } = story;
  await anna.send();
  await anna.goTo("record", families[0].visit);
  const reason = anna.page.getByText(anna.word("decision_reason", { reason: texts.why })).first();
  await reason.scrollIntoViewIfNeeded();
  await anna.picture("educator", "11-decision-reaches-author", { top: false });
  await bruno.page.emulateMedia({ colorScheme: "dark" });
  await bruno.send();
  await bruno.goTo("news");
  await bruno.page.getByText(anna.word("decided")).first().waitFor();
  await bruno.picture("educator", "12-news-dark");
}

async function fellowsDay(story) {
  const { texts, network } = story;
  const fede = await story.teller("fede", story.sizes.fellow);
  const { page } = fede;
  await fede.goTo();
  await page.getByText("Rete della Val d'Enza").first().waitFor();
  await fede.picture("fellow", "01-today");
  await fede.goTo("network", network);
  await page.locator(".funnel-stage").first().waitFor();
  await fede.picture("fellow", "02-network");
  await fede.offline();
  await page.getByRole("link", { name: /Polisportiva Enza/ }).first().click();
  await fede.press("contact_write");
  await page.getByText(texts.phone, { exact: true }).click();
  await page.getByText(fede.word("contact_minutes_n", { n: 30 }), { exact: true }).click();
  await page.getByText(texts.related, { exact: true }).click();
  await page.getByLabel(texts.nextStep).fill(texts.next);
  await page.getByText(fede.word("contact_in", { n: 7 }), { exact: true }).click();
  await fede.picture("fellow", "03-contact");
  await fede.press("save");
  await page.getByText(fede.word("contact_saved")).waitFor();
  await fede.quiet();
  await fede.picture("fellow", "04-stakeholder");
  await fede.goTo();
  await page.getByText(texts.next).first().waitFor();
  await fede.picture("fellow", "05-agreed");
  await fede.online();
}

async function tell(language) {
  const folder = join(out, language);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const world = new World();
  const tellers = [];
  const story = {
    language,
    folder,
    world,
    texts: TEXTS[language],
    word: await wordsOf(language),
    sizes:
      language === "it"
        ? { educator: [PHONE, TABLET], fellow: TABLET, coordinator: DESK }
        : { educator: [TABLET, PHONE], fellow: PHONE, coordinator: DESK },
    teller: async (account, size) => {
      const one = new Teller(story, account, size);
      tellers.push(one);
      return one.begin();
    },
  };
  try {
    await world.start();
    Object.assign(story, makeSpace(world));
    const { records } = story.office.call("record.list", {
      type: "member",
      dossier: story.families[0].dossier,
    });
    story.families[0].child = records.find((one) => one.title.includes("Tommaso")).id;
    disagree(story);
    const [anna, bruno] = await educatorsMorning(story);
    await atTheKitchenTable(story, anna);
    await coordinatorsDay(story, bruno);
    await theDecisionComesBack(story, anna, bruno);
    await fellowsDay(story);
    await administratorsDay(story);
  } finally {
    for (const one of tellers) await one.end();
    await world.end();
  }
}

for (const language of languages) await tell(language);
