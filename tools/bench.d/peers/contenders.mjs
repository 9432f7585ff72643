// Who takes part: the product, as a run of insieme-bench, and each engine, as workers. A contender
// does one workload in a process of its own and gives its figures.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
export const engineNames = ["yjs", "automerge", "loro", "diamond-types", "crsqlite", "pouchdb",
  "tinybase"];

/// Runs until it ends or its time is over: { out, error, late }.
export function runProgram(program, words, limitMs, environment = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, words, { cwd: here, env: { ...process.env, ...environment } });
    let out = "";
    let error = "";
    let late = false;
    child.stdout.on("data", (bytes) => (out += bytes));
    child.stderr.on("data", (bytes) => (error = (error + bytes).slice(-4_000)));
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, limitMs);
    child.on("error", (fault) => (error += fault.message));
    child.on("close", (status) => {
      clearTimeout(timer);
      resolve({ out, error: error.trim(), late, failed: status !== 0 && !late });
    });
  });
}

function lastLine(text) {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.at(-1) ?? "no reason given";
}

class Engine {
  constructor(name, module, settings) {
    this.name = name;
    this.title = module.title;
    this.durable = module.durable;
    this.module = module;
    this.settings = settings;
  }
  does(workload) {
    const texts = workload !== "records" && workload !== "merge";
    return (texts ? this.module.openText : this.module.openRecords) !== null;
  }
  async measure(workload) {
    const folder = join(this.settings.scratch, `${this.name}-${workload}`);
    rmSync(folder, { recursive: true, force: true });
    const settings = { ...this.settings, engine: this.name, workload, folder };
    const said = await runProgram(process.execPath,
      ["--max-old-space-size=6144", join(here, "worker.mjs"), JSON.stringify(settings)],
      this.settings.limitMs, { INSIEME_SCRATCH: this.settings.scratch });
    rmSync(folder, { recursive: true, force: true });
    const figures = said.out.split("\n").filter((line) => line.endsWith("}"))
      .map((line) => JSON.parse(line));
    const limit = `over ${this.settings.limitMs / 1_000} s`;
    const fault = said.late ? limit : said.failed ? lastLine(said.error) : null;
    return { figures, fault };
  }
}

/// Engines that can be loaded here, and why the others cannot.
export async function loadEngines(names, settings) {
  const engines = [];
  const skipped = [];
  for (const name of names) {
    try {
      const module = await import(`./engines/${name}.mjs`);
      engines.push(new Engine(name, module, settings));
    } catch (fault) {
      skipped.push({ name, why: lastLine(fault.message.split("\n")[0]) });
    }
  }
  return { engines, skipped };
}

export function versionsOf(engine) {
  return engine.module.packages.map((name) => {
    const file = join(here, "node_modules", ...name.split("/"), "package.json");
    return existsSync(file) ? `${name} ${JSON.parse(readFileSync(file, "utf8")).version}` : name;
  });
}

const oursOnly = {
  records: "insert_batch,first_sync_apply,incremental",
  merge: "merge_concurrent",
};
/// Elsewhere all edits of a document are made at once and travel as one update: its match is a
/// change a document. With a change for each edit only the product is measured.
function merging(variant) {
  if (variant.startsWith("persisted")) return "persisted";
  return variant.endsWith("a change a document") ? "in memory" : "in memory, a change an edit";
}

/// What insieme-bench calls it, and what it is called here.
const renamed = {
  insert_batch: () => "",
  edit_durable: (variant) => (variant === "FULL" ? "synced" : "not synced"),
  first_sync_apply: () => "",
  first_sync_bytes: () => "",
  incremental: (variant) => (variant.startsWith("bytes") ? "bytes per edit" : variant),
  merge_concurrent: merging,
  text_local: (variant) => variant,
  text_merge: (variant) => variant,
  text_size: (variant) => variant.replace(", in frames", ""),
};

export class Insieme {
  constructor(settings) {
    this.name = "insieme";
    this.title = "Insieme";
    this.settings = settings;
    this.durable = "SQLite, synchronous FULL, encrypted, with search and log";
  }
  does() {
    return true;
  }
  async measure(workload) {
    const { program, scratch, limitMs, scale, rows, documents, edits, events } = this.settings;
    const folder = join(scratch, `ours-${workload}`);
    const json = join(folder, "figures.json");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const what = oursOnly[workload]
      ? ["--only", oursOnly[workload]]
      : ["--only", "text_local", "--traces", workload];
    const words = ["--folder", folder, "--scale", scale, "--runs", "1", "--json", json, "--rows",
      rows, "--documents", documents, "--edits", edits, "--history-edits", edits,
      "--trace-events", events, ...what];
    // Its figures come at the end and not one by one; it measures floors and NORMAL besides.
    const said = await runProgram(program, words.map(String), 5 * limitMs,
      { INSIEME_SHARED: join(this.settings.traces, "../..") });
    if (said.late || said.failed || !existsSync(json)) {
      return { figures: [], fault: said.late ? "over its time" : lastLine(said.error) };
    }
    const { metrics } = JSON.parse(readFileSync(json, "utf8"));
    rmSync(folder, { recursive: true, force: true });
    return { figures: metrics.flatMap(translated), fault: null };
  }
}

function translated(metric) {
  const variant = renamed[metric.name]?.(metric.variant) ?? null;
  if (variant === null) return [];
  // What an edit weighs with its value, as the other engines' messages are weighed.
  const more = metric.name === "incremental" && metric.unit === "B" ? metric.baseline.value : 0;
  const floors = { [metric.baseline.name]: metric.baseline.value };
  if (metric.plain) floors["plain SQLite"] = metric.plain.value;
  const { name, unit } = metric;
  return [{ name, variant, unit, value: metric.value + more, floors }];
}
