// What the core weighs as it travels, beside what size.json says it weighed.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

/** Before the first screen. */
export const FIRST_BYTES_MAX = 700 * 1024;
const GROWTH_MAX = 1.02;
const FILES = ["core.wasm", "core-rest.wasm"];
const kept = fileURLToPath(new URL("size.json", import.meta.url));

function travels(path) {
  const bytes = readFileSync(path);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return brotliCompressSync(bytes, { params }).length;
}

/** Bytes with brotli of each part of the module in the folder. */
export function weigh(folder) {
  return Object.fromEntries(FILES.map((file) => [file, travels(join(folder, file))]));
}

/** What is wrong with these weights, as sentences; none if nothing is. */
export function complaints(weights, recorded = JSON.parse(readFileSync(kept, "utf8"))) {
  const found = [];
  if (weights["core.wasm"] > FIRST_BYTES_MAX) {
    found.push(`core.wasm takes ${weights["core.wasm"]} bytes, and may take ${FIRST_BYTES_MAX}.`);
  }
  for (const file of FILES) {
    if (weights[file] > recorded[file] * GROWTH_MAX) {
      found.push(
        `${file} takes ${weights[file]} bytes, over 2 % more than ${recorded[file]}. If that is ` +
          "wanted: tools/wasm --record, and say in the commit what it is for.",
      );
    }
  }
  return found;
}

export function record(weights) {
  writeFileSync(kept, `${JSON.stringify(weights, null, 2)}\n`);
}
