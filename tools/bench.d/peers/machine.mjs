// Clocks, weights, and what a worker tells the driver: one line of JSON for each figure.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export class Run {
  constructor(settings) {
    Object.assign(this, settings);
    this.begun = Date.now();
    mkdirSync(this.folder, { recursive: true });
  }
  readRows() {
    const lines = readFileSync(join(this.data, "rows.jsonl"), "utf8").trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line));
  }
  /// More than the time that one workload of one engine may take.
  late() {
    return Date.now() - this.begun > this.limitMs;
  }
  /// Seconds by the clock and by the processor, this process's other threads included.
  async timed(body) {
    const cpu = process.cpuUsage();
    const begin = process.hrtime.bigint();
    await body();
    const wall = Number(process.hrtime.bigint() - begin) / 1e9;
    const used = process.cpuUsage(cpu);
    return { wall, cpu: (used.user + used.system) / 1e6 };
  }
  tell(name, variant, value, unit, more = {}) {
    process.stdout.write(`${JSON.stringify({ name, variant, value, unit, ...more })}\n`);
  }
  tellRate(name, variant, count, unit, cost) {
    this.tell(name, variant, count / cost.wall, unit, { cpu: count / cost.cpu });
  }
}

/// Bytes of all messages, and by zstd -3 as one stream: none of these engines packs a batch of
/// documents by itself, as a transport would.
export function weigh(run, messages) {
  const all = Buffer.concat(messages.map((message) => message.bytes));
  const path = join(run.folder, "weigh");
  writeFileSync(path, all);
  const said = spawnSync(run.program, ["--child", "zstd", path], { encoding: "utf8" });
  if (said.status !== 0) throw new Error("insieme-bench does not weigh");
  return { raw: all.length, packed: Number(said.stdout) };
}
