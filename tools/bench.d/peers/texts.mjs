// Public editing traces in one engine: typed in one open change, sent edit by edit, merged.
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

export function readTrace(path, most) {
  const trace = JSON.parse(gunzipSync(readFileSync(path)).toString());
  const shortened = trace.txns.length > most;
  const txns = trace.txns.slice(0, most);
  return {
    txns,
    concurrent: trace.kind === "concurrent",
    patches: txns.reduce((sum, txn) => sum + txn.patches.length, 0),
    start: trace.startContent ?? "",
    end: shortened ? null : trace.endContent,
  };
}

/// The text by plain splices, for a shortened trace that everybody typed in turn.
function plainEnd(trace) {
  let text = trace.start;
  for (const txn of trace.txns) {
    for (const [at, removed, inserted] of txn.patches) {
      text = text.slice(0, at) + inserted + text.slice(at + removed);
    }
  }
  return text;
}

function requireText(name, text, end) {
  if (text !== end) throw new Error(`the text of ${name} came out wrong`);
}

/// Every edit as an update of its own.
function updatesOfOne(engine, trace) {
  const text = engine.openText("writer", true);
  const updates = [];
  for (const txn of trace.txns) {
    for (const patch of txn.patches) {
      text.edit([patch]);
      updates.push(...text.take());
    }
  }
  return { updates, encoded: text.encode() };
}

/// The same of several writers: before each writes, it gets what it had seen then.
function updatesOfMany(run, engine, trace) {
  const writers = new Map();
  const updates = [];
  trace.txns.forEach((txn, number) => {
    if (!writers.has(txn.agent)) {
      writers.set(txn.agent, { text: engine.openText(`w${txn.agent}`, true), has: new Set() });
    }
    const { text, has } = writers.get(txn.agent);
    const missing = [];
    const look = [...txn.parents];
    while (look.length > 0) {
      const parent = look.pop();
      if (has.has(parent)) continue;
      has.add(parent);
      missing.push(parent);
      look.push(...trace.txns[parent].parents);
    }
    missing.sort((x, y) => x - y);
    for (const parent of missing) for (const update of updates[parent]) text.apply(update);
    text.edit(txn.patches);
    has.add(number);
    updates.push(text.take());
    if (run.late()) throw new Error(`only ${number} of ${trace.txns.length} events in its time`);
  });
  const first = writers.values().next().value.text;
  for (const all of updates) for (const update of all) first.apply(update);
  return { updates: updates.flat(), encoded: first.encode(), end: first.text() };
}

async function measureMerging(run, engine, name, { updates, encoded }, end) {
  let text;
  let cost = await run.timed(() => {
    text = engine.openText("reader", false);
    text.apply(encoded);
    text.text();
  });
  requireText(name, text.text(), end);
  run.tell("text_merge", `${name}, whole`, cost.wall * 1e3, "ms", { cpu: cost.cpu * 1e3 });
  cost = await run.timed(() => {
    text = engine.openText("reader", false);
    for (const update of updates) text.apply(update);
    text.encode();
  });
  requireText(name, text.text(), end);
  run.tell("text_merge", `${name}, one by one`, cost.wall * 1e3, "ms", { cpu: cost.cpu * 1e3 });
}

export async function measureText(run, engine, name) {
  const path = `${run.traces}/${name}.json.gz`;
  if (!existsSync(path)) return;
  const trace = readTrace(path, run.events);
  if (trace.concurrent) {
    const made = updatesOfMany(run, engine, trace);
    if (trace.end !== null) requireText(name, made.end, trace.end);
    return measureMerging(run, engine, name, made, made.end);
  }
  const end = trace.end ?? plainEnd(trace);
  let encoded;
  const cost = await run.timed(() => {
    const text = engine.openText("writer", false);
    text.edit(trace.txns.flatMap((txn) => txn.patches));
    encoded = text.encode();
    requireText(name, text.text(), end);
  });
  run.tell("text_local", name, cost.wall * 1e3, "ms", { cpu: cost.cpu * 1e3 });
  if (name === "automerge-paper") run.tell("text_size", "history", encoded.length / 1e3, "kB");
  const made = updatesOfOne(engine, trace);
  if (name === "automerge-paper") {
    const bytes = made.updates.reduce((sum, update) => sum + update.length, 0);
    run.tell("text_size", "per keystroke", bytes / trace.patches, "B");
  }
  return measureMerging(run, engine, name, made, end);
}
