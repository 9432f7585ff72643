// A store to practise in: invented families, a place of its own, and no server ever (the worker
// lets no command of the network through there). It ends with the tab, or when it is thrown away.
import { eraseStore, PRACTICE, read, requestId } from "./core";
import { language } from "../words";

const KEY = "insieme-practising";

export function isPractice(): boolean {
  return sessionStorage.getItem(KEY) === "yes";
}

function again(): void {
  location.hash = "#/";
  location.reload();
}
export function enterPractice(): void {
  sessionStorage.setItem(KEY, "yes");
  again();
}
export function leavePractice(): void {
  sessionStorage.removeItem(KEY);
  again();
}
export async function throwPracticeAway(): Promise<void> {
  await eraseStore(PRACTICE);
  leavePractice();
}

const DAY = 86_400_000;
function at(days: number, hour: number): string {
  const when = new Date(Date.now() + days * DAY);
  const pad = (n: number): string => String(n).padStart(2, "0");
  return `${when.getFullYear()}-${pad(when.getMonth() + 1)}-${pad(when.getDate())}T${pad(hour)}:00`;
}
const day = (days: number): string => at(days, 0).slice(0, 10);

// Codes of the schema's list.
const CHILD = "0";
const MOTHER = "1";
const FATHER = "2";

interface Family {
  name: string;
  commune: string;
  people: [string, string, string][];
  objective: string;
  visit: [string, string];
  planned: string;
}

function families(): Family[] {
  const en = language() === "en";
  return [
    {
      name: en ? "Rossini family (practice)" : "Famiglia Rossini (prova)",
      commune: "Bibbiano",
      people: [
        ["Rossini", "Elena", MOTHER],
        ["Rossini", "Matteo", CHILD],
      ],
      objective: en ? "Homework without quarrels" : "Fare i compiti senza litigare",
      visit: en
        ? ["Matteo showed his drawings.", "speak to the school"]
        : ["Matteo ha mostrato i suoi disegni.", "sentire la scuola"],
      planned: day(1),
    },
    {
      name: en ? "Conti family (practice)" : "Famiglia Conti (prova)",
      commune: "Montecchio Emilia",
      people: [
        ["Conti", "Samuele", FATHER],
        ["Conti", "Giulia", CHILD],
      ],
      objective: en ? "An afternoon outdoors each week" : "Un pomeriggio fuori casa ogni settimana",
      visit: en
        ? ["They chose the swimming pool together.", "bring the form of the pool"]
        : ["Hanno scelto insieme la piscina.", "portare il modulo della piscina"],
      planned: day(3),
    },
  ];
}

/** At the first opening. */
export async function fillPractice(): Promise<void> {
  const { dossiers } = await read<{ dossiers: unknown[] }>("dossier.list");
  if (dossiers.length > 0) return;
  for (const family of families()) {
    const { dossier } = await read<{ dossier: string }>("dossier.create", {
      request_id: requestId(),
      type: "household",
      fields: { name: family.name, commune: family.commune },
      records: [
        ...family.people.map(([surname, given_names, relation]) => ({
          type: "member",
          fields: { surname, given_names, relation },
        })),
        { type: "objective", fields: { title: family.objective, status: "in_corso" } },
      ],
    });
    await read("record.save", {
      request_id: requestId(),
      type: "visit",
      dossier,
      fields: {
        start_at: at(-4, 15),
        place: "casa",
        educator: "local",
        observations: family.visit[0],
        next_step: family.visit[1],
        next_date: family.planned,
      },
    });
  }
}
