// An educator's day as the core in the browser sees it: enrolment and the first exchange, then what
// the screens of the field ask for, edits, drafts, a photo, a merge, a PIN. Which of the module's
// functions it calls is what decides what travels first (tools/wasm --record).
import { join } from "node:path";
import { makeHousehold } from "./people.mjs";
import { root } from "./world.mjs";

const binding = join(root, "mobile-bindings/wasm/js");
const { MemoryFiles } = await import(join(binding, "files.mjs"));
const { networkOf } = await import(join(binding, "network.mjs"));

const KEY = "5c".repeat(32);
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk" +
  "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const pause = (ms) => new Promise((done) => setTimeout(done, Math.min(ms, 50)));

/** Of a store in memory: `load(files)` gives a Core. */
class Tablet {
  #requests = 0;
  files = new MemoryFiles();

  constructor(load, origin) {
    this.load = load;
    this.post = networkOf(origin, fetch);
  }

  async open(mode, key = KEY) {
    this.core = await this.load(this.files);
    return JSON.parse(this.core.open({ path: "store.db", key, mode }));
  }

  /** The reply, whether it is a refusal or not. */
  async ask(command, args = {}) {
    const request = { command, request_id: `day-${++this.#requests}`, ...args };
    return JSON.parse(await this.core.exchange(JSON.stringify(request), this.post, pause));
  }

  async must(command, args) {
    const reply = await this.ask(command, args);
    if (!reply.ok) throw new Error(`${command}: ${JSON.stringify(reply.error)}`);
    return reply;
  }
}

/** What is asked for at each start, and again after each change. */
async function lookAround(tablet) {
  for (const command of [
    "status",
    "identity",
    "pin.state",
    "agenda",
    "dossier.list",
    "draft.list",
    "sync.state",
    "schema.types",
    "notices.list",
  ]) {
    await tablet.must(command);
  }
}

/** Every screen of a family: its records, each whole. */
async function readFamily(tablet, dossier) {
  const { records } = await tablet.must("record.list", { dossier, limit: 200 });
  for (const { id, type } of records) {
    await tablet.must("record.get", { record: id, all: true });
    await tablet.must("schema.type", { type });
  }
  await tablet.must("record.list", { type: "visit", limit: 100 });
  await tablet.must("seen.mark", { dossier });
}

/** A visit as it is written down: a draft, a photo, its commit, and a mend afterwards. */
async function writeVisit(tablet, dossier) {
  const opened = await tablet.must("draft.open", {
    type: "visit",
    dossier,
    fields: { start_at: "2026-11-24T15:00", place: "casa", educator: "anna" },
  });
  const draft = opened.draft.id;
  await tablet.must("draft.save", { draft, fields: { next_step: "telef" } });
  await tablet.must("blob.add", { draft, field: "files", media_type: "image/png", content: PNG });
  await tablet.must("draft.get", { draft });
  const { record } = await tablet.must("draft.commit", {
    draft,
    fields: {
      observations: "Compiti finiti. Lina è più serena.",
      next_step: "Telefonare alla scuola",
      next_date: "2026-12-04",
      end_at: "2026-11-24T16:15",
      minutes: 75,
      activities: [],
      present: [],
    },
  });
  await tablet.must("record.save", {
    record: record.id,
    fields: { observations: { splices: [{ at: 0, delete: 0, insert: "Oggi: " }] }, minutes: "80" },
  });
  await tablet.must("blob.get", { record: record.id, field: "files" });
  const other = await tablet.must("draft.open", { record: record.id });
  await tablet.must("draft.discard", { draft: other.draft.id });
  await tablet.must("record.retract", { record: record.id });
  await tablet.must("record.restore", { record: record.id });
  return record.id;
}

/** What is refused is told in words, which takes code of its own. */
async function mistakes(tablet, dossier) {
  const refused = await tablet.ask("record.save", { type: "visit", dossier, fields: {} });
  if (refused.ok) throw new Error("a visit without its fields was saved");
  await tablet.ask("record.save", { type: "nothing", dossier, fields: { a: 1 } });
  await tablet.ask("record.get", { record: "ffffffff" });
  await tablet.ask("record.save", {
    type: "member",
    dossier,
    fields: { surname: "B", given_names: "T", relation: "x", birth_date: "31/02/2020" },
  });
}

const PLACE = { commune: "Bibbiano" };
async function writeFamily(tablet) {
  const made = await tablet.must("dossier.create", {
    type: "household",
    as: "@h",
    fields: { name: "Famiglia Nicolò", ...PLACE },
    records: [
      {
        type: "member",
        as: "@m",
        fields: {
          surname: "Nicolò",
          given_names: "Sara",
          relation: "Madre",
          birth_date: "1990-04-01",
          phones: ["333 1234567"],
          citizenships: ["Italia"],
        },
      },
      { type: "note", fields: { title: "Nota", body: "Una nota.", members: ["@m"] } },
      { type: "objective", fields: { title: "Uscire", status: "in_corso", due_on: "2026-12-20" } },
    ],
  });
  return made.dossier;
}

async function pinned(tablet) {
  const { device_secret: secret } = await tablet.must("pin.set", { pin: "407319" });
  await tablet.must("pin.kept");
  await tablet.must("lock");
  await tablet.ask("dossier.list");
  await tablet.ask("unlock", { pin: "407318" });
  await tablet.must("unlock", { pin: "407319" });
  tablet.core.close();
  const reply = await tablet.open("open", secret);
  if (!reply.locked) throw new Error(JSON.stringify(reply));
  await tablet.must("unlock", { pin: "407319" });
}

/** Adds the people that `day` needs. */
export function peopleOfDay(world) {
  world.person("anna", "Anna Rossi", "educator");
  world.person("office", "Ufficio", "coordinator");
  const office = world.desk("office");
  return { office, family: makeHousehold(office, world, ["anna"]) };
}

/**
 * Goes through the day on one tablet; `load(files)` gives a Core of the module. After the first
 * opening and again at the end `mark(name)` is called, for who counts.
 */
export async function day(load, world, { office, family }, mark = () => {}) {
  const practice = new Tablet(load, world.url);
  await practice.open("create");
  await readFamily(practice, await writeFamily(practice));
  practice.core.close();
  const tablet = new Tablet(load, world.url);
  await tablet.open("create");
  await lookAround(tablet);
  mark("opened");
  await tablet.must("device.enrol", { invitation: world.invite("anna"), device_name: "Tablet" });
  await tablet.must("policy.fetch");
  await tablet.must("sync.run");
  await lookAround(tablet);
  await readFamily(tablet, family.dossier);
  for (const words of ["lina bass", "tomasso", "scuola"]) await tablet.must("search", { words });
  mark("read");
  const visit = await writeVisit(tablet, family.dossier);
  await writeFamily(tablet);
  await mistakes(tablet, family.dossier);
  await tablet.must("sync.run");
  office.sync();
  // Both edit the same visit: what does not contradict is merged, what does is for a decision.
  const both = (who) => ({
    record: family.visit,
    fields: { next_step: `sentire ${who}`, observations: `Visto da ${who}.` },
  });
  office.call("record.save", both("la scuola"));
  office.call("record.save", { record: visit, fields: { observations: "Letto in ufficio." } });
  office.sync();
  await tablet.must("record.save", both("la nonna"));
  await tablet.must("sync.run");
  await lookAround(tablet);
  await readFamily(tablet, family.dossier);
  await tablet.must("review.list");
  await pinned(tablet);
  await lookAround(tablet);
  await tablet.must("sync.run");
  mark("written");
  tablet.core.close();
}
