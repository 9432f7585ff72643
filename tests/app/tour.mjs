// A working day in pictures: node tests/app/tour.mjs OUT. Real server, real core, real browsers.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { DESK, makeHousehold, Person, TABLET } from "./people.mjs";
import { root, World } from "./world.mjs";

const out = resolve(process.argv[2] ?? join(root, "docs/tour"));
mkdirSync(out, { recursive: true });
const FAMILY = "Famiglia Bassi";
let pictures = 0;

async function picture(person, name) {
  await person.page.waitForFunction(() => !document.querySelector("main [aria-busy=true]"));
  await person.page.waitForTimeout(300);
  const file = `${String(++pictures).padStart(2, "0")}-${name}.png`;
  await person.page.screenshot({ path: join(out, file) });
  console.log(file);
}

const world = new World();
const people = [];
try {
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("bruno", "Bruno Neri", "educator");
  world.person("carla", "Carla Verdi", "coordinator");
  world.person("office", "Ufficio", "coordinator");
  const office = world.desk("office");
  const family = makeHousehold(office, world, ["anna", "bruno"], FAMILY);
  const other = makeHousehold(office, world, ["anna", "carla"], "Famiglia Ferri");

  const anna = new Person(world, "anna");
  const bruno = new Person(world, "bruno", TABLET);
  people.push(anna, bruno);
  await anna.browser.start();
  anna.page = await anna.browser.page(world.url, anna.size);
  await anna.page.getByLabel("Codice di invito").waitFor();
  await picture(anna, "start");
  await anna.browser.end();
  people[0] = await new Person(world, "anna").begin();
  const [educator] = people;
  await bruno.begin();

  await educator.goTo();
  await educator.page.getByText("Famiglia Ferri").first().waitFor();
  await picture(educator, "today");
  await educator.goTo("dossier", family.dossier);
  await educator.page.getByRole("button", { name: "Inizia visita" }).waitFor();
  await educator.page.getByText("Bassi Tommaso").waitFor();
  await picture(educator, "family");
  await educator.offline();
  await educator.page.getByRole("button", { name: "Inizia visita" }).click();
  await educator.page.getByRole("heading", { name: "Visita in corso" }).waitFor();
  await educator.page.getByText("A casa", { exact: true }).click();
  await educator.page.getByText("Bassi Tommaso", { exact: true }).click();
  await educator.page.getByText("Fare i compiti con calma", { exact: true }).click();
  await educator.page.getByLabel("Appunti").fill("Tommaso ha finito i compiti prima di cena.");
  await picture(educator, "visit");
  await educator.page.getByRole("button", { name: "Termina visita" }).click();
  await educator.page.getByText("Salvata su questo tablet").waitFor();
  await educator.page.waitForTimeout(1000);
  await educator.page.evaluate(() => window.scrollTo(0, 0));
  await picture(educator, "saved-offline");
  await educator.openRecord(FAMILY, family.visitTitle);
  await educator.editField("Prossimo passo", "telefonare alla maestra");
  await educator.goTo("outbox");
  await educator.page.getByText("Da inviare", { exact: false }).first().waitFor();
  await educator.page.waitForTimeout(6500); // what was said about the save is gone

  await picture(educator, "to-send");

  await bruno.offline();
  await bruno.openRecord(FAMILY, family.visitTitle);
  await bruno.page.getByRole("button", { name: "Modifica", exact: true }).click();
  await bruno.page.getByLabel("Prossimo passo").fill("chiedere al pediatra");
  await picture(bruno, "form");
  await bruno.page.getByRole("button", { name: "Salva", exact: true }).click();
  await bruno.page.getByText("Salvata su questo tablet").waitFor();
  for (const one of [educator, bruno]) await one.online();

  const carla = await new Person(world, "carla", DESK).begin();
  people.push(carla);
  await carla.goTo("review");
  await carla.page.getByRole("link", { name: /Bassi · Prossimo passo/ }).waitFor();
  await picture(carla, "queue");
  await carla.page.getByRole("link", { name: /Bassi · Prossimo passo/ }).click();
  await carla.page.getByRole("button", { name: "Unisci i due" }).click();
  await carla.page.getByLabel("Il valore che vale").fill("sentire maestra e pediatra");
  await carla.page.getByLabel("Motivo").fill("servono tutti e due");
  await picture(carla, "decide");
  await carla.page.getByRole("button", { name: "Decidi", exact: true }).click();
  await carla.page.getByText("Nessuna questione aperta.").waitFor();
  await carla.send();

  await educator.send();
  await educator.openRecord(FAMILY, family.visitTitle);
  await educator.page.getByText("Motivo: servono tutti e due").waitFor();
  await educator.page.getByText("Motivo: servono tutti e due").scrollIntoViewIfNeeded();
  await picture(educator, "decision-reaches-author");
  await bruno.page.emulateMedia({ colorScheme: "dark" });
  await bruno.send();
  await bruno.goTo("news");
  await bruno.page.getByRole("heading", { name: "Novità", level: 1 }).waitFor();
  await bruno.page.getByText("ha deciso").first().waitFor();
  await picture(bruno, "news-dark");
  await bruno.page.emulateMedia({ colorScheme: "light" });

  // At the kitchen table: the month's budget.
  world.admin("assign", "anna", family.dossier, "--sections", "core,education,economic");
  await educator.send();
  await educator.goTo("budget", family.dossier, "2026-11");
  const amount = (label) => educator.page.getByLabel(label, { exact: true });
  await amount("Reddito da lavoro").fill("1.150");
  await amount("Assegni per i figli").fill("233,40");
  await amount("Affitto o mutuo").fill("480");
  await amount("Alimenti e casa").fill("410");
  await amount("Reddito da lavoro").fill("1.150,00");
  await educator.page.getByText("Bozza conservata").waitFor();
  await educator.page.evaluate(() => window.scrollTo(0, 0));
  await picture(educator, "budget");

  // In the evening: a family that is not Bruno's, and a colleague who does not answer.
  await bruno.goTo("openings");
  await bruno.page.getByLabel("Cifre del fascicolo").fill(other.dossier.slice(-8));
  await bruno.page
    .getByLabel("Perché serve adesso")
    .fill("Chiamata dal pronto soccorso, la collega non risponde");
  await bruno.page.getByRole("button", { name: "Apri il fascicolo" }).click();
  const mine = bruno.page.getByRole("region", { name: "Aperti da te adesso" });
  await mine.getByRole("link", { name: "Vai al fascicolo" }).waitFor();
  await bruno.page.waitForTimeout(6500);
  await picture(bruno, "opening");
  await carla.send();
  await carla.goTo("openings");
  await carla.page.getByLabel("Che cosa ne dici").fill("Sentito alle 22: bene così");
  await picture(carla, "opening-looked-into");
} finally {
  for (const one of people) await one.end();
  await world.end();
}
