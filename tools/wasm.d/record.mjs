// node tools/wasm.d/record.mjs WHOLE CORE.js: goes through an educator's day (tests/app/day.mjs,
// with the server of this machine) and writes into later.txt what of the module it did not call.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { day, peopleOfDay } from "../../tests/app/day.mjs";
import { loadCore, loadScript } from "../../tests/app/module.mjs";
import { World } from "../../tests/app/world.mjs";
import { readModule } from "./names.mjs";
import { wasmSplit, writeList } from "./split.mjs";

const [whole, script] = process.argv.slice(2).map((path) => resolve(path));
const PAGE = 65536;
const DAYS = 3; // ids differ, and with them how trees are balanced
const HASH_BYTES = 8; // of the module, then when each function was first called, or 0

/** Of each function of the module, in its order: whether somebody called it. */
function called(instance, count) {
  const memory = Object.values(instance.exports).find((one) => one instanceof WebAssembly.Memory);
  const at = memory.buffer.byteLength;
  const room = HASH_BYTES + 4 * count;
  memory.grow(Math.ceil(room / PAGE));
  const length = instance.exports.__write_profile(at, room);
  if (length !== room) throw new Error(`a profile of ${length} bytes, not ${room}`);
  const words = new DataView(memory.buffer, at + HASH_BYTES);
  return Array.from({ length: count }, (_, i) => words.getUint32(4 * i, true) !== 0);
}

const { functions } = readModule(readFileSync(whole));
const folder = mkdtempSync(join(tmpdir(), "insieme-day-"));
const world = new World();
const instances = [];
try {
  const counting = join(folder, "counting.wasm");
  wasmSplit("--instrument", whole, "-o", counting);
  const module = await WebAssembly.compile(readFileSync(counting));
  const createCore = await loadScript(script);
  const instantiate = async (imports) => {
    const instance = await WebAssembly.instantiate(module, imports);
    instances.push(instance);
    return { instance, module };
  };
  await world.start();
  const people = peopleOfDay(world);
  for (let days = 0; days < DAYS; ++days) {
    await day((files) => loadCore(createCore, instantiate, files), world, people);
  }
} finally {
  await world.end();
  rmSync(folder, { recursive: true, force: true });
}
const profiles = instances.map((instance) => called(instance, functions.length));
const idle = functions.filter((_, at) => profiles.every((profile) => !profile[at]));
writeList(idle.map(({ name }) => name));
const busy = functions.length - idle.length;
console.log(`${busy} of ${functions.length} functions are called in a day`);
process.exit(0);
