// How the core is divided: texts that only the second part reads travel with it, and both together
// are what the linker made.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { moveData } from "../../tools/wasm.d/data.mjs";
import { folder as core } from "./module.mjs";

const START = 1024;
const TABLE = 1024; // two words, which point to "uno" and "due"
const TEXTS = 1056;
const LONG = "x".repeat(3000);
const WORDS = ["uno", "due", "tre", "quattro", LONG, "un testo che finisce in cinque"];
const place = {};
WORDS.reduce((at, word) => {
  place[word] = at;
  return at + word.length + 1;
}, TEXTS);
const ENDING = place[WORDS[5]] + WORDS[5].indexOf("cinque");

function memory() {
  const bytes = Buffer.alloc(4200);
  bytes.writeUInt32LE(place.uno, TABLE - START);
  bytes.writeUInt32LE(place.due, TABLE + 4 - START);
  bytes.write(`${WORDS.join("\0")}\0`, TEXTS - START);
  return bytes;
}

/** As the linker's map names them: a table, what texts were merged into, a symbol. */
const hex = (number) => number.toString(16).padStart(8);
const map = [
  "    Addr      Off     Size Out     In      Symbol",
  "       -       50      200 DATA",
  `${hex(START)} ${hex(0)} ${hex(4200)} .rodata`,
  `${hex(TABLE)} ${hex(0)} ${hex(8)}         a.o:(.rodata.table)`,
  `${hex(TABLE)} ${hex(0)} ${hex(8)}                 table`,
  `${hex(TEXTS)} ${hex(0)} ${hex(WORDS.join("\0").length + 1)}         <internal>:(.rodata)`,
].join("\n");

function divided(code) {
  const folder = mkdtempSync(join(tmpdir(), "insieme-division-"));
  const assemble = (name, text) => {
    writeFileSync(join(folder, `${name}.wat`), text);
    execFileSync("wasm-as", [join(folder, `${name}.wat`), "-o", join(folder, `${name}.wasm`)]);
    return readFileSync(join(folder, `${name}.wasm`));
  };
  try {
    const data = [...memory()].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");
    writeFileSync(join(folder, "map"), map);
    const first = assemble(
      "first",
      `(module (memory (export "m") 1) (data (i32.const ${START}) "${data}")
        (func (export "f") (param i32) (result i32) ${code}))`,
    );
    const rest = assemble(
      "rest",
      `(module (import "p" "m" (memory 1)) (func (export "g") (result i32) (i32.const 1)))`,
    );
    return moveData(first, rest, join(folder, "map"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Which of the texts the first part has by itself. */
function kept(code) {
  const [first, rest] = divided(code);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(first));
  const all = () => Buffer.from(exports.m.buffer).subarray(START, START + 4200);
  const before = Buffer.from(all());
  new WebAssembly.Instance(new WebAssembly.Module(rest), { p: exports });
  assert.deepEqual(all(), memory());
  return WORDS.filter((word) => before.includes(`${word}\0`));
}
const ALWAYS = ["uno", "due"];

test("division: a text stays that code or a table names, at its start or where it ends", () => {
  assert.deepEqual(kept("(i32.const 0)"), ALWAYS);
  assert.deepEqual(kept(`(i32.load8_u (i32.const ${place.tre}))`), [...ALWAYS, "tre"]);
  assert.deepEqual(kept(`(i32.const ${ENDING})`), [...ALWAYS, WORDS[5]]);
  const inWords = `(i64.store (i32.const 8) (i64.const ${BigInt(place.tre) << 32n})) (i32.const 0)`;
  assert.deepEqual(kept(inWords), [...ALWAYS, "tre"]);
});

test("division: a text stays that is reached from a little before it", () => {
  const before = kept(`(i32.load8_u offset=${place.tre - 2} (local.get 0))`);
  assert.ok(before.includes("tre"), before);
});

test("division: a number that lies in the middle of a long text is no address", () => {
  assert.deepEqual(kept(`(i32.const ${place[LONG] + 1500})`), ALWAYS);
  assert.deepEqual(kept(`(i32.const ${place[LONG]})`), [...ALWAYS, LONG]);
});

test("division: words that only rare commands say are in the core's second part", () => {
  const [first, rest] = ["core.wasm", "core-rest.wasm"].map((name) =>
    readFileSync(join(core, name)),
  );
  const texts = ["This is no SILS package", `"name": "recipients"`];
  for (const text of texts) {
    assert.ok(rest.includes(text), text);
    assert.ok(!first.includes(text), text);
  }
});
