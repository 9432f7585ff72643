// What the rounds gave: a table for people, an object for programs.
import { versionsOf } from "./contenders.mjs";

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/// Figures by metric, then by contender: `runs[round]`.
export class Result {
  constructor() {
    this.metrics = new Map();
    this.faults = new Map();
  }
  add(contender, round, { name, variant, unit, value, raw, cpu, floors }) {
    const key = `${name}|${variant}`;
    if (!this.metrics.has(key)) {
      this.metrics.set(key, { name, variant, unit, contenders: new Map() });
    }
    const { contenders } = this.metrics.get(key);
    const put = (who, number, extra) => {
      if (!contenders.has(who)) contenders.set(who, { runs: [], ...extra });
      if (contenders.get(who).runs[round] !== undefined) {
        throw new Error(`${who} has two figures of ${key} in one round`);
      }
      contenders.get(who).runs[round] = number;
    };
    put(contender.title, value, { raw, cpu });
    for (const [floor, number] of Object.entries(floors ?? {})) {
      if (floor === "plain SQLite" || floor === "equal duty") put(floor, number, {});
    }
  }
  fail(contender, workload, why) {
    this.faults.set(`${contender.title}: ${workload}`, why);
  }
}

/// Of one metric: the best of the others, and how often ours goes into it, round by round; over 1
/// means that ours is better.
export function against(metric, engines) {
  const more = metric.unit.endsWith("/s");
  const ours = metric.contenders.get("Insieme");
  let best = null;
  for (const { title } of engines) {
    const theirs = metric.contenders.get(title);
    if (theirs === undefined) continue;
    const value = median(theirs.runs.filter((run) => run !== undefined));
    if (best === null || (more ? value > best.value : value < best.value)) best = { title, value };
  }
  if (best === null || ours === undefined) return best && { best: best.title };
  const theirs = metric.contenders.get(best.title).runs;
  const ratios = ours.runs
    .map((run, round) => (more ? run / theirs[round] : theirs[round] / run))
    .filter((ratio) => Number.isFinite(ratio));
  if (ratios.length === 0) return { best: best.title };
  return { best: best.title, ratio: median(ratios), spread: [Math.min(...ratios),
    Math.max(...ratios)], runs: ratios.length };
}

function shown(value) {
  if (value >= 1_000) return Math.round(value).toLocaleString("en-US");
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/// Two decimals, never in our favour.
const ratioShown = (ratio) => (Math.floor(ratio * 100) / 100).toFixed(2);

export function tableOf(result, engines) {
  const columns = ["Insieme", "equal duty", "plain SQLite", ...engines.map(({ title }) => title)];
  const lines = [
    `| metric | unit | ${columns.join(" | ")} | better than the best of them by (spread) |`,
    `|${"---|".repeat(columns.length + 3)}`,
  ];
  for (const metric of result.metrics.values()) {
    if (metric.name === "memory") continue;
    const cells = columns.map((title) => {
      const runs = metric.contenders.get(title)?.runs.filter((run) => run !== undefined);
      return runs === undefined ? "" : shown(median(runs));
    });
    const found = against(metric, engines);
    const ratio = found?.ratio === undefined ? "" : `${ratioShown(found.ratio)} x (${
      found.spread.map(ratioShown).join("-")}), ${found.best}`;
    const name = `\`${metric.name}\` ${metric.variant}`.trim();
    lines.push(`| ${name} | ${metric.unit} | ${cells.join(" | ")} | ${ratio} |`);
  }
  return lines.join("\n");
}

export function notesOf(result, engines, skipped) {
  const lines = [];
  for (const engine of engines) {
    const durable = engine.durable === null ? "text only" : `durable is: ${engine.durable}`;
    lines.push(`- ${versionsOf(engine).join(", ")}; ${durable}`);
  }
  for (const { name, why } of skipped) lines.push(`- ${name}: skipped: ${why}`);
  for (const [what, why] of result.faults) lines.push(`- ${what}: not finished: ${why}`);
  return lines.join("\n");
}

export function jsonOf(result, engines, skipped, settings) {
  const metrics = [...result.metrics.values()].map((metric) => ({
    name: metric.name,
    variant: metric.variant,
    unit: metric.unit,
    contenders: Object.fromEntries([...metric.contenders].map(([title, { runs, raw }]) => {
      const known = runs.filter((run) => run !== undefined);
      const more = raw === undefined ? {} : { raw };
      return [title, { value: median(known), runs: known, ...more }];
    })),
    ...against(metric, engines),
  }));
  return {
    scale: settings.scale,
    rows: settings.rows,
    node: process.version,
    engines: engines.map((engine) => ({
      name: engine.title,
      packages: versionsOf(engine),
      durable: engine.durable,
    })),
    skipped,
    unfinished: Object.fromEntries(result.faults),
    metrics,
  };
}
