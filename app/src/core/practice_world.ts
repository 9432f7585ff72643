// What there is to practise on: two families, a network, and something of each kind that somebody
// has to decide. Invented, and written by the same commands as real work.
import { language } from "../words";
import { read, requestId } from "./core";
import type { WholeRecord } from "./types";

export interface Practising {
  account: string;
  name: string;
  role: "educator" | "coordinator" | "fellow";
}

/** The first of each role is who practises in it. */
export const PEOPLE: Practising[] = [
  { account: "anna", name: "Anna Prandi", role: "educator" },
  { account: "carla", name: "Carla Mori", role: "coordinator" },
  { account: "franco", name: "Franco Iori", role: "fellow" },
  { account: "bruno", name: "Bruno Sassi", role: "educator" },
];

const [ANNA, CARLA, FRANCO, BRUNO] = PEOPLE as [Practising, Practising, Practising, Practising];

const DAY = 86_400_000;
const PAD = 2;
function at(days: number, hour: number): string {
  const when = new Date(Date.now() + days * DAY);
  const pad = (n: number): string => String(n).padStart(PAD, "0");
  return `${when.getFullYear()}-${pad(when.getMonth() + 1)}-${pad(when.getDate())}T${pad(hour)}:00`;
}
const day = (days: number): string => at(days, 0).slice(0, 10);
const inWords = (it: string, en: string): string => (language() === "en" ? en : it);

// Codes of the schema's list of relations.
const CHILD = "0";
const MOTHER = "1";
const FATHER = "2";

type Fields = Record<string, unknown>;
interface Made {
  type: string;
  as?: string;
  fields: Fields;
}

const act = <T>(command: string, args: Fields): Promise<T> =>
  read<T>(command, { request_id: requestId(), ...args });

export const writeAs = (who: { account: string; name: string; role: string }): Promise<unknown> =>
  read("practice.as", { account: who.account, name: who.name, role: who.role });

const member = (surname: string, given_names: string, relation: string, more = {}): Made => ({
  type: "member",
  fields: { surname, given_names, relation, ...more },
});

const create = async (type: string, fields: Fields, records: Made[]): Promise<string> =>
  (await act<{ dossier: string }>("dossier.create", { type, fields, records })).dossier;

const save = async (dossier: string, type: string, fields: Fields): Promise<string> =>
  (await act<{ record: { id: string } }>("record.save", { dossier, type, fields })).record.id;

/** As each of them leaves it, who never saw what the other wrote. */
async function contradict(record: string, sides: [Practising, Fields][]): Promise<void> {
  const { version } = (await read<{ record: WholeRecord }>("record.get", { record })).record;
  for (const [who, fields] of sides) {
    await writeAs(who);
    await act("record.save", { record, version, fields });
  }
}

const visit = (dossier: string, days: number, seen: string, next_step: string): Promise<string> =>
  save(dossier, "visit", {
    start_at: at(days, 15),
    end_at: at(days, 16),
    place: "casa",
    activities: ["compiti"],
    educator: ANNA.account,
    observations: seen,
    next_step,
    next_date: day(days + 7),
  });

/** Two of the families know the same girl: whoever coordinates is asked whether she is one. */
const NOEMI = ["Galli", "Noemi", CHILD, { birth_date: "2016-03-02", sex: "F" }] as const;

async function families(): Promise<void> {
  await writeAs(CARLA);
  const rossini = await create(
    "household",
    {
      name: inWords("Famiglia Rossini (prova)", "Rossini family (practice)"),
      commune: "Bibbiano",
      address: "Via dei Tigli 4",
    },
    [
      member("Rossini", "Elena", MOTHER),
      member("Rossini", "Matteo", CHILD),
      member(...NOEMI),
      {
        type: "objective",
        fields: {
          title: inWords("Fare i compiti senza litigare", "Homework without quarrels"),
          status: "in_corso",
        },
      },
    ],
  );
  const conti = await create(
    "household",
    {
      name: inWords("Famiglia Conti (prova)", "Conti family (practice)"),
      commune: "Montecchio Emilia",
    },
    [
      member("Conti", "Samuele", FATHER),
      member("Conti", "Giulia", CHILD),
      member(...NOEMI),
      {
        type: "objective",
        fields: {
          title: inWords(
            "Un pomeriggio fuori casa ogni settimana",
            "An afternoon outdoors each week",
          ),
          status: "in_corso",
        },
      },
    ],
  );
  const voucher = await save(rossini, "voucher", {
    number: "PROVA-1",
    service: inWords("Doposcuola", "After-school club"),
    provider: inWords("Cooperativa Il Ponte (prova)", "Il Ponte (practice)"),
    units: 10,
    from_date: day(-60),
    to_date: day(120),
    state: "in_uso",
  });
  // The rest is for another tablet: what goes beyond three waits for somebody's word.
  await act("rights.transfer", { record: voucher, amount: 7, to: crypto.randomUUID() });

  await writeAs(ANNA);
  await visit(
    rossini,
    -18,
    inWords("Elena è sola con i compiti di Matteo.", "Elena is alone with Matteo's homework."),
    inWords("portare il calendario", "bring the calendar"),
  );
  const last = await visit(
    rossini,
    -4,
    inWords("Matteo ha mostrato i suoi disegni.", "Matteo showed his drawings."),
    inWords("sentire la scuola", "speak to the school"),
  );
  await visit(
    conti,
    -4,
    inWords("Hanno scelto insieme la piscina.", "They chose the swimming pool together."),
    inWords("portare il modulo della piscina", "bring the form of the pool"),
  );
  await save(rossini, "redemption", { voucher, redeemed_on: day(-3), units: 2 });
  await save(rossini, "redemption", { voucher, redeemed_on: day(-1), units: 4 });
  await contradict(last, [
    [ANNA, { next_step: inWords("telefonare alla maestra", "call the teacher") }],
    [BRUNO, { next_step: inWords("incontrare la maestra lunedì", "meet the teacher on Monday") }],
  ]);
  await writeAs(CARLA);
  await read("practice.late", {
    account: BRUNO.account,
    save: {
      dossier: conti,
      type: "note",
      fields: {
        title: inWords("Telefonata del padre", "The father called"),
        body: inWords(
          "Scritto da Bruno quando la famiglia era già di Anna.",
          "Written by Bruno when the family was Anna's already.",
        ),
      },
    },
  });
}

async function network(): Promise<void> {
  await writeAs(FRANCO);
  const stakeholder = (as: string, name: string, kind: string, stage: string): Made => ({
    type: "stakeholder",
    as,
    fields: { name, kind, stage, commune: "Bibbiano" },
  });
  await create("network", { name: inWords("Rete di prova", "Practice network") }, [
    stakeholder("@oratorio", "Oratorio dei Pioppi", "associazione", "in_relazione"),
    stakeholder("@scuola", "Scuola media La Quercia", "scuola", "contattato"),
    stakeholder("@officina", "Officina Pedale Allegro", "impresa", "da_contattare"),
    {
      type: "network_contact",
      fields: {
        stakeholder: "@scuola",
        contact_date: day(-12),
        minutes: 45,
        mode: "presenza",
        worker: FRANCO.account,
        note: inWords("Cercano chi aiuti con l'italiano.", "They look for help with Italian."),
        next_step: inWords("Risentire la vicepreside", "Call the deputy head again"),
        next_date: day(-1),
      },
    },
    {
      type: "service_offer",
      fields: {
        name: inWords("Doposcuola ai Pioppi", "After-school club at Pioppi"),
        stakeholder: "@oratorio",
        status: "active",
        communes: ["Bibbiano"],
        minimum_age: 6,
        maximum_age: 14,
      },
    },
  ]);
}

export async function makeWorld(): Promise<void> {
  await families();
  await network();
}
