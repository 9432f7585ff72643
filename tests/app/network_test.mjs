// The fellow's day: the funnel, whom to be in touch with again, a contact written without a network
// and through a killed browser, and the services of the territory.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, look, Person } from "./people.mjs";
import { World } from "./world.mjs";

const world = new World();
let sara;
let office;
let network;
let oratorio;

const page = () => sara.page;
const region = (name) => page().getByRole("region", { name });
const dayFromNow = (days) => {
  const at = new Date(Date.now() + days * 86_400_000);
  const two = (number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
};

before(async () => {
  await world.start();
  world.person("office", "Ufficio", "coordinator");
  world.person("sara", "Sara Monti", "fellow");
  office = world.desk("office");
  const stakeholder = (as, name, kind, stage, more = {}) => ({
    type: "stakeholder",
    as,
    fields: { name, kind, stage, commune: "Bibbiano", ...more },
  });
  const made = office.call("dossier.create", {
    type: "network",
    as: "@network",
    fields: { name: "Rete Val d'Enza" },
    records: [
      stakeholder("@oratorio", "Oratorio delle Querce", "associazione", "contattato", {
        contact_person: "don Piero",
        phones: ["0522 883 001"],
        emails: ["oratorio@example.org"],
      }),
      stakeholder("@scuola", "Scuola media La Pieve", "scuola", "in_relazione"),
      stakeholder("@officina", "Officina Ruote Nuove", "impresa", "da_contattare"),
      stakeholder("@emporio", "Emporio solidale Il Fienile", "ets", "da_contattare"),
      {
        type: "network_contact",
        fields: {
          stakeholder: "@scuola",
          contact_date: dayFromNow(-40),
          minutes: "60",
          mode: "presenza",
          worker: "sara",
          next_date: dayFromNow(-2),
          next_step: "Sentire la vicepreside",
        },
      },
      {
        type: "service_offer",
        fields: {
          name: "Doposcuola alle Querce",
          stakeholder: "@oratorio",
          status: "active",
          communes: ["Bibbiano"],
          minimum_age: "6",
          maximum_age: "14",
          schedule: "lunedì e giovedì 15–18",
          phones: ["0522 883 001"],
        },
      },
      {
        type: "service_offer",
        fields: { name: "Ciclofficina", stakeholder: "@officina", status: "temporarily_closed" },
      },
    ],
  });
  network = made.dossier;
  oratorio = made.records.find((one) => one.title === "Oratorio delle Querce").id;
  office.sync();
  world.admin("assign", "sara", network);
  sara = await new Person(world, "sara").begin();
});
after(async () => {
  await sara?.end();
  await world.end();
});

test("[S091] the funnel says where each relation stands, and who is due", async () => {
  await sara.goTo();
  await region("Da risentire").getByRole("link", { name: /Scuola media La Pieve/ }).waitFor();
  await page().getByRole("navigation", { name: "Sezioni" }).getByText("Rete").click();
  await page().getByRole("heading", { name: "Rete Val d'Enza", level: 1 }).waitFor();
  const due = region("Da risentire");
  await due.getByRole("link", { name: /Scuola media La Pieve/ }).waitFor();
  await due.getByText("Sentire la vicepreside").waitFor();
  await look(page(), "network");
  const waiting = region("A che punto sono le relazioni").getByRole("button", {
    name: /Da contattare/,
  });
  assert.match(await waiting.innerText(), /2$/);
  await waiting.click();
  const subjects = region("Soggetti");
  await subjects.getByRole("link", { name: /Officina Ruote Nuove/ }).waitFor();
  assert.equal(await subjects.getByRole("link").count(), 2);
  await waiting.click();
  assert.equal(await subjects.getByRole("link").count(), 4);
});

test("[S091][P1] a contact written offline outlives the browser and moves on", async () => {
  await sara.offline();
  await sara.goTo("stakeholder", oratorio);
  await page().getByRole("heading", { name: "Oratorio delle Querce", level: 1 }).waitFor();
  assert.equal(
    await page().getByRole("link", { name: "Chiama 0522 883 001" }).getAttribute("href"),
    "tel:0522883001",
  );
  await page().getByRole("button", { name: "Scrivi un contatto" }).click();
  await page().getByRole("radio", { name: "30 minuti" }).check();
  await page().getByRole("radio", { name: "Telefono" }).check();
  await page().getByRole("radio", { name: "Esigenza raccolta" }).check();
  await page().getByLabel("Nota").fill("Manca un pulmino per il doposcuola.");
  await page().getByRole("radio", { name: "fra 14 giorni" }).check();
  await look(page(), "network-contact");
  await page().waitForFunction(
    () => document.querySelector(".contact .kept")?.textContent.includes("Bozza"),
  );
  await sara.browser.kill();
  await sara.again();
  await sara.goTo("outbox");
  await page().getByRole("link", { name: /Contatto di rete/ }).first().click();
  await page().getByRole("button", { name: "Riprendi il contatto" }).click();
  assert.equal(
    await page().getByLabel("Nota").inputValue(),
    "Manca un pulmino per il doposcuola.",
  );
  assert.equal(await page().getByRole("radio", { name: "Telefono" }).isChecked(), true);
  await page().getByRole("button", { name: "Salva", exact: true }).click();
  await page().getByText("Contatto salvato su questo tablet").waitFor();
  await region("Contatti").getByRole("link", { name: /oggi · Telefono/ }).waitFor();
  await look(page(), "network-stakeholder");
  assert.equal((await ask(page(), "draft.list")).drafts.length, 0);
  await sara.online();
  office.sync();
  const { record } = office.call("record.get", { record: oratorio });
  assert.equal(record.fields.stage.value, "esigenza_raccolta");
  const { records } = office.call("record.list", {
    type: "network_contact",
    where: { stakeholder: oratorio },
  });
  assert.equal(records.length, 1);
  await sara.goTo("network");
  await region("Il mio mese").getByText(/1 contatto/).waitFor();
});

test("[S091] a contact is taken back as one act, with what it moved", async () => {
  await sara.goTo("stakeholder", oratorio);
  await page().getByRole("button", { name: "Scrivi un contatto" }).click();
  await page().getByRole("radio", { name: "In presenza" }).check();
  await page().getByRole("radio", { name: "Agganciato" }).check();
  await page().getByRole("button", { name: "Salva", exact: true }).click();
  await region("Contatti").getByRole("link", { name: /oggi · In presenza/ }).waitFor();
  await page().getByRole("button", { name: "Annulla", exact: true }).click();
  await page().getByText("Fatto: tutto com'era.").waitFor();
  const { record } = await ask(page(), "record.get", { record: oratorio });
  assert.equal(record.fields.stage.value, "esigenza_raccolta");
  assert.equal(await region("Contatti").getByRole("link", { name: /In presenza/ }).count(), 0);
});

test("[S092] a need is written about the stakeholder it is heard from", async () => {
  await sara.goTo("stakeholder", oratorio);
  await page().getByRole("button", { name: "Aggiungi un'esigenza" }).click();
  await page().getByRole("heading", { name: /Esigenza di innovazione sociale/ }).waitFor();
  const subject = page().getByLabel(/^Soggetto/);
  assert.equal(await subject.inputValue(), oratorio);
});

test("[S082][S093] services are found offline, and those not open are not offered", async () => {
  await sara.offline();
  await sara.goTo("services");
  await page().getByRole("link", { name: "Doposcuola alle Querce" }).waitFor();
  await page().getByText("1 servizio che corrisponde ora non è aperto.").waitFor();
  await page().getByLabel("Comune", { exact: true }).selectOption({ label: "Bibbiano" });
  await page().getByText("nel comune").waitFor();
  await look(page(), "network-services");
  await page().getByLabel("Età della persona").fill("40");
  await page().getByText("Nessun servizio aperto risponde a questa ricerca.").waitFor();
  await page().getByLabel("Età della persona").fill("9");
  await page().getByRole("link", { name: "Doposcuola alle Querce" }).waitFor();
  await sara.online();
});
