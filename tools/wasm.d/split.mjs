// node tools/wasm.d/split.mjs WHOLE MAP FIRST REST: divides the module that was linked with its
// names into what travels first and the rest, with the data that only the rest reads; MAP is the
// linker's. later.txt says which functions an educator's day does not call (tools/wasm --record);
// one that it does not know travels first.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { moveData } from "./data.mjs";
import { readModule } from "./names.mjs";

const HEX = 6; // of 16 million: of 10,000 functions some six stand in the wrong part
const LINE = 16;
const FEATURES = ["--enable-exception-handling", "--enable-mutable-globals"];
const list = fileURLToPath(new URL("later.txt", import.meta.url));

const short = (name) => createHash("sha256").update(name).digest("hex").slice(0, HEX);

/** Written by record.mjs: names as digests, sorted, so that one word changes with one function. */
export function writeList(names) {
  const words = [...new Set(names.map(short))].sort();
  const lines = [];
  while (words.length > 0) lines.push(words.splice(0, LINE).join(" "));
  writeFileSync(list, `${lines.join("\n")}\n`);
}

/** Gives a function that tells whether a function of the module does not travel first. */
export function movesLater() {
  const words = new Set(readFileSync(list, "utf8").split(/\s+/));
  return ({ name }) => words.has(short(name));
}

/** wasm-split with the features that the module has. */
export function wasmSplit(...args) {
  execFileSync("wasm-split", [...args, ...FEATURES], { stdio: "inherit" });
}

function split(whole, map, first, rest) {
  const names = `${first}.later`;
  const later = readModule(readFileSync(whole)).functions.filter(movesLater());
  writeFileSync(names, later.map(({ name }) => name).join("\n"));
  wasmSplit(
    whole,
    `--split-funcs=@${names}`,
    `--primary-output=${first}`,
    `--secondary-output=${rest}`,
    "--import-namespace=p",
    "--placeholder-namespace=h",
  );
  rmSync(names);
  // What only the other part called is folded and dropped anew.
  for (const part of [first, rest]) {
    execFileSync("wasm-opt", ["-Oz", "--converge", ...FEATURES, part, "-o", part]);
  }
  const [before, behind] = moveData(readFileSync(first), readFileSync(rest), map);
  writeFileSync(first, before);
  writeFileSync(rest, behind);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [whole, map, first, rest] = process.argv.slice(2);
  split(whole, map, first, rest);
}
