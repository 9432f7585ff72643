// node tests/app/agenda_measure.mjs: what a day begins with, over 1,000 households with ten visits
// each, on the core of this machine (`insieme serve-app`): by the command, and out of all records.
import { spawn } from "node:child_process";
import { request } from "node:http";
import { join } from "node:path";
import { appFolder, bin, World } from "./world.mjs";

const HOUSEHOLDS = Number(process.env.INSIEME_HOUSEHOLDS ?? 1000);
const VISITS = Number(process.env.INSIEME_VISITS ?? 10);
const ROUNDS = 5;

const world = new World();
await world.start();
world.person("office", "Ufficio", "coordinator");
const desk = world.desk("office");
const host = spawn(
  join(bin, "insieme"),
  ["--json", "--store", desk.store, "serve-app", "--app", appFolder, "--port", "0"],
  { stdio: ["ignore", "pipe", "inherit"] },
);
const line = await new Promise((done) => host.stdout.once("data", done));
const address = new URL(JSON.parse(String(line)).address);
const token = /#desk=([0-9a-f]{64})$/.exec(address.hash)[1];

function send(body) {
  return new Promise((done, failed) => {
    const headers = { Origin: address.origin, Authorization: `Bearer ${token}` };
    const where = { host: address.hostname, port: address.port, path: "/desk/ask" };
    const sent = request({ ...where, headers, method: "POST" }, (answer) => {
      let said = "";
      answer.on("data", (bytes) => (said += bytes));
      answer.on("end", () => {
        const lines = said.split("\n").filter((one) => one.includes('"ok"'));
        const reply = JSON.parse(lines.pop() ?? said);
        if (reply.ok === false) failed(new Error(said));
        else done(said);
      });
    });
    sent.on("error", failed);
    sent.end(JSON.stringify(body));
  });
}
const ask = (command, args = {}) => send({ act: "call", request: { command, ...args } });

const inDays = (n) => new Date(Date.now() + n * 86_400_000).toISOString();
try {
  await send({ act: "open", folder: "" });
  for (let n = 0; n < HOUSEHOLDS; ++n) {
    const visit = (at) => ({
      type: "visit",
      fields: {
        start_at: inDays(-7 * at - 1 - (n % 40)),
        place: "casa",
        educator: "office",
        next_step: "sentire la scuola",
        next_date: inDays(1 + (n % 20)).slice(0, 10),
      },
    });
    const due = inDays(n % 30).slice(0, 10);
    await ask("dossier.create", {
      request_id: `m-${n}`,
      type: "household",
      fields: { name: `Famiglia ${n}`, commune: "Bibbiano" },
      records: [
        { type: "objective", fields: { title: "Compiti", status: "in_corso", due_on: due } },
        ...Array.from({ length: VISITS }, (_, at) => visit(at)),
      ],
    });
  }
  const timed = async (what, act) => {
    const all = [];
    let size = 0;
    for (let i = 0; i < ROUNDS; ++i) {
      const from = performance.now();
      size = (await act()).join("").length;
      all.push(performance.now() - from);
    }
    all.sort((a, b) => a - b);
    const [least, middle, most] = [all[0], all[ROUNDS >> 1], all[ROUNDS - 1]].map(Math.round);
    console.log(`${what}: ${middle} ms (${least} to ${most}), ${size} bytes`);
  };
  await timed("agenda", async () => [await ask("agenda")]);
  await timed("all visits and objectives", async () => [
    await ask("export", { type: "visit", format: "json" }),
    await ask("export", { type: "objective", format: "json" }),
  ]);
} finally {
  host.kill("SIGTERM");
  await world.end();
}
