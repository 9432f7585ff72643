// Workload W in one engine: batches, single durable edits, a first synchronisation, edits that
// travel, and edits of the same records by two.
import { weigh } from "./machine.mjs";

const batchSize = 1_000;

/// What ought to be the same on both sides, and what came of the rows.
async function check(replica, rows, expected) {
  for (let i = 0; i < rows.length; i += Math.max(1, Math.floor(rows.length / 50))) {
    const got = await replica.read(rows[i]);
    if (got === undefined) throw new Error(`record ${i} is missing`);
    for (const [field, value] of Object.entries(expected(rows[i], i))) {
      if (got[field] !== value) throw new Error(`${field} of record ${i} is ${got[field]}`);
    }
  }
}

async function insertAll(run, replica, rows) {
  for (let at = 0; at < rows.length; at += batchSize) {
    await replica.insert(rows.slice(at, at + batchSize));
    if (run.late()) throw new Error(`only ${at + batchSize} of ${rows.length} rows in its time`);
  }
}

/// Edits until there are enough, or a third of the time is over.
async function editOneByOne(run, replica, rows, wanted) {
  const until = Date.now() + run.limitMs / 3;
  let done = 0;
  while (done < wanted && Date.now() < until) {
    await replica.change([{ row: rows[(done * 7) % rows.length], fields: { minutes: 15 + done } }]);
    ++done;
  }
  return done;
}

async function firstSync(run, engine, source, rows) {
  let messages;
  await run.timed(async () => {
    messages = await source.gather(null);
  });
  const weight = weigh(run, messages);
  run.tell("first_sync_bytes", "", weight.packed / rows.length, "B/row", {
    raw: weight.raw / rows.length,
  });
  const target = await engine.openRecords(run.folder, "second");
  const cost = await run.timed(() => target.apply(messages));
  run.tellRate("first_sync_apply", "", rows.length, "rows/s", cost);
  await check(target, rows, ({ note, place }) => ({ note, place }));
  return target;
}

async function incremental(run, source, target, rows) {
  const count = Math.min(1_000, rows.length);
  const mark = await source.mark();
  const edits = rows.slice(0, count).map((row, n) => ({ row, fields: { minutes: 300 + (n % 7) } }));
  let messages;
  const cost = await run.timed(async () => {
    await source.change(edits);
    messages = await source.gather(mark);
    await target.apply(messages);
  });
  await check(target, rows.slice(0, count), (row, n) => ({ minutes: 300 + (n % 7) }));
  const weight = weigh(run, messages);
  run.tell("incremental", "made, sent, merged", (cost.wall * 1e6) / count, "ms per 1,000", {
    cpu: (cost.cpu * 1e6) / count,
  });
  run.tell("incremental", "bytes per edit", weight.packed / count, "B", {
    raw: weight.raw / count,
  });
}

export async function measureRecords(run, engine) {
  const rows = run.readRows();
  const source = await engine.openRecords(run.folder, "first");
  run.tellRate("insert_batch", "", rows.length, "rows/s",
    await run.timed(() => insertAll(run, source, rows)));
  let edits = 0;
  const cost = await run.timed(async () => {
    edits = await editOneByOne(run, source, rows, run.edits);
  });
  run.tellRate("edit_durable", engine.synced ? "synced" : "not synced", edits, "edits/s", cost);
  const target = await firstSync(run, engine, source, rows);
  await incremental(run, source, target, rows);
  await source.close();
  await target.close();
}

/// A replaces the note and B the minutes of the same records, both change their place; then each
/// gets what the other did.
export async function measureMerge(run, engine) {
  const rows = run.readRows();
  const count = Math.min(10_000, rows.length);
  const a = await engine.openRecords(null, "first");
  const b = await engine.openRecords(null, "second");
  await insertAll(run, a, rows);
  await b.apply(await a.gather(null));
  const markA = await a.mark();
  const markB = await b.mark();
  const contested = rows.slice(0, count);
  const note = (n) => `${n} `.repeat(100).slice(0, 200);
  await a.change(contested.map((row, n) => ({ row, fields: { note: note(n), place: "sede" } })));
  await b.change(contested.map((row) => ({ row, fields: { minutes: 999, place: "scuola" } })));
  const cost = await run.timed(async () => {
    const fromA = await a.gather(markA);
    const fromB = await b.gather(markB);
    await b.apply(fromA);
    await a.apply(fromB);
  });
  run.tellRate("merge_concurrent", "in memory", 2 * count, "edits/s", cost);
  const merged = engine.wholeDocuments ? () => ({}) : (row, n) => ({ minutes: 999, note: note(n) });
  for (let i = 0; i < count; i += Math.max(1, Math.floor(count / 50))) {
    const one = await a.read(contested[i]);
    const two = await b.read(contested[i]);
    for (const [field, value] of Object.entries({ ...merged(contested[i], i), place: two.place })) {
      if (one[field] !== value || two[field] !== value) {
        throw new Error(`${field} of record ${i} did not converge: ${one[field]}, ${two[field]}`);
      }
    }
  }
  await a.close();
  await b.close();
}
