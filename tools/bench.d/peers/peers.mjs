// node peers.mjs --program insieme-bench --scratch FOLDER [--scale full|quick|tiny] [--rows N]
// [--documents N] [--runs N] [--seed N] [--engines a,b] [--workloads records,merge,rustcode]
// [--limit SECONDS] [--minutes N] [--json FILE]: the same data in the product and in other engines,
// in turn. tools/bench --peers calls it.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { engineNames, Insieme, loadEngines, runProgram, versionsOf } from "./contenders.mjs";
import { jsonOf, notesOf, Result, tableOf } from "./result.mjs";

const records = ["records", "merge"];
/// Names of traces: any other is one, too.
const texts = ["automerge-paper", "rustcode", "friendsforever"];
const scales = {
  full: { rows: 20_000, documents: 1_000, edits: 1_000, events: 1_000_000, limit: 120,
    minutes: 90 },
  quick: { rows: 4_000, documents: 200, edits: 200, events: 10_000, limit: 60,
    minutes: 20 },
  tiny: { rows: 200, documents: 10, edits: 20, events: 100, limit: 100, minutes: 9 },
};
const say = (line) => process.stderr.write(`${line}\n`);

function readSettings() {
  const text = { type: "string" };
  const { values } = parseArgs({
    options: { program: text, scratch: text, scale: text, rows: text, documents: text, runs: text,
      seed: text, engines: text, workloads: text, limit: text, minutes: text,
      json: text },
  });
  const scale = values.scale ?? "full";
  const size = scales[scale];
  if (size === undefined || !values.program || !values.scratch) {
    throw new Error("peers.mjs needs --program, --scratch and a --scale that there is");
  }
  return {
    program: values.program,
    scratch: mkdtempSync(join(values.scratch, "insieme-peers-")),
    scale,
    rows: Number(values.rows ?? size.rows),
    documents: Number(values.documents ?? size.documents),
    edits: size.edits,
    events: size.events,
    runs: Number(values.runs ?? (scale === "tiny" ? 1 : 5)),
    seed: values.seed ?? "1",
    until: Date.now() + 60_000 * Number(values.minutes ?? size.minutes),
    limitMs: 1_000 * Number(values.limit ?? size.limit),
    traces: join(process.env.INSIEME_SHARED ?? "../shared", "data/traces"),
    engines: values.engines?.split(",") ?? engineNames,
    workloads: values.workloads?.split(",") ?? [...records, ...texts],
    json: values.json,
  };
}

async function writeData(settings) {
  const data = join(settings.scratch, "data");
  const words = ["--scale", settings.scale, "--rows", settings.rows, "--documents",
    settings.documents, "--seed", settings.seed, "--export", data];
  const said = await runProgram(settings.program, words.map(String), 120_000);
  if (said.failed || said.late) throw new Error(`insieme-bench --export: ${said.error}`);
  return data;
}

/// Contenders take turns with each workload, in another order each round. Who was late once is not
/// asked again, and nobody is when the time of all is over.
async function runRounds(settings, contenders, workloads) {
  const result = new Result();
  const given = new Set();
  for (let round = 0; round < settings.runs; ++round) {
    for (const workload of workloads) {
      // A round of a workload is whole, or is not begun.
      if (Date.now() > settings.until) {
        say(`  the time is over: ${round} rounds of ${workload}`);
        continue;
      }
      for (let i = 0; i < contenders.length; ++i) {
        const contender = contenders[(i + round) % contenders.length];
        const turn = `${contender.title} ${workload}`;
        if (!contender.does(workload) || given.has(turn)) continue;
        const begun = Date.now();
        const { figures, fault } = await contender.measure(workload);
        for (const figure of figures) result.add(contender, round, figure);
        say(`  round ${round + 1}: ${turn}: ${(Date.now() - begun) / 1_000} s${
          fault === null ? "" : `, ${fault}`}`);
        if (fault === null) continue;
        result.fail(contender, workload, fault);
        given.add(turn);
      }
    }
  }
  return result;
}

function writeJson(path, figures) {
  const whole = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : { format: 1 };
  writeFileSync(path, `${JSON.stringify({ ...whole, peers: figures })}\n`);
}

const settings = readSettings();
try {
  settings.data = await writeData(settings);
  const { engines, skipped } = await loadEngines(settings.engines, settings);
  for (const { name, why } of skipped) say(`${name}: skipped: ${why}`);
  for (const engine of engines) say(`${engine.title}: ${versionsOf(engine).join(", ")}`);
  const there = (workload) =>
    records.includes(workload) || existsSync(join(settings.traces, `${workload}.json.gz`));
  for (const workload of settings.workloads.filter((one) => !there(one))) {
    skipped.push({ name: workload, why: "no trace; INSIEME_SHARED names the folder" });
  }
  const contenders = [new Insieme(settings), ...engines];
  const result = await runRounds(settings, contenders, settings.workloads.filter(there));
  process.stdout.write(`${tableOf(result, engines)}\n\n${notesOf(result, engines, skipped)}\n`);
  if (settings.json) writeJson(settings.json, jsonOf(result, engines, skipped, settings));
} finally {
  rmSync(settings.scratch, { recursive: true, force: true });
}
