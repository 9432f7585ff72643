// node tests/app/measure.mjs [families]: how long the app takes to start and to answer in Chromium,
// beside the native program on the same caseload. Medians of several runs.
import { performance } from "node:perf_hooks";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { Person } from "./people.mjs";
import { root, World } from "./world.mjs";

const families = Number(process.argv[2] ?? 40);
const RUNS = 5;
const bin = process.env.INSIEME_BIN_DIR ?? join(root, "build/dev/bin");
const median = (all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)];
const ms = (number) => `${number.toFixed(0)} ms`;

const world = new World();
let anna;
try {
  await world.start();
  world.person("anna", "Anna Rossi", "educator");
  world.person("office", "Ufficio", "coordinator");
  const office = world.desk("office");
  for (let n = 0; n < families; ++n) {
    const records = [
      { type: "member", fields: { surname: `Rossi${n}`, given_names: "Lina", relation: "Madre" } },
    ];
    for (let v = 0; v < 25; ++v) {
      records.push({
        type: "note",
        fields: { title: `nota ${v}`, body: `appunti ${n} ${v} `.repeat(8) },
      });
    }
    office.call("dossier.create", {
      type: "household",
      fields: { name: `Famiglia Rossi${n}`, commune: "Bibbiano" },
      records,
    });
  }
  office.sync();
  for (const { id } of office.call("dossier.list").dossiers) world.admin("assign", "anna", id);
  const desk = world.desk("anna");
  const receive = performance.now();
  desk.sync();
  const nativeReceive = performance.now() - receive;
  anna = new Person(world, "anna");
  const from = performance.now();
  await anna.begin();
  console.log(
    `first start, enrolment and first sync: ${ms(performance.now() - from)} ` +
      `(native enrolled before, sync alone: ${ms(nativeReceive)})`,
  );
  const starts = [];
  for (let run = 0; run < RUNS; ++run) {
    const at = performance.now();
    await anna.page.reload();
    await anna.page.getByRole("navigation", { name: "Sezioni" }).waitFor();
    starts.push(performance.now() - at);
  }
  console.log(`start of the app, from its reload to its first screen: ${ms(median(starts))}`);
  const requests = [
    ["search", { words: "rossi7 lina" }],
    ["dossier.list", {}],
    ["record.list", { type: "note", limit: 100 }],
    ["status", {}],
  ];
  for (const [command, args] of requests) {
    const browser = await anna.page.evaluate(
      async ([name, given, runs]) => {
        const all = [];
        for (let run = 0; run < runs; ++run) {
          const at = performance.now();
          await globalThis.insieme.call(name, given);
          all.push(performance.now() - at);
        }
        return all;
      },
      [command, args, RUNS],
    );
    const native = [];
    for (let run = 0; run < RUNS; ++run) {
      const at = performance.now();
      execFileSync(
        join(bin, "insieme"),
        ["call", JSON.stringify({ command, ...args }), "--store", desk.store],
        { stdio: "ignore" },
      );
      native.push(performance.now() - at);
    }
    console.log(
      `${command}: ${ms(median(browser))} in the browser; ` +
        `native, with the start of its program: ${ms(median(native))}`,
    );
  }
  const { records } = await anna.page.evaluate(() => globalThis.insieme.call("status"));
  console.log(`records: ${records}`);
} finally {
  await anna?.end();
  await world.end();
}
