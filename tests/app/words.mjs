// The app's own words, so that one story is told in both languages by pressing what it says.
import { createRequire } from "node:module";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./world.mjs";

const require = createRequire(join(root, "app/package.json"));

/** `word("save")` in that language. */
export async function wordsOf(language) {
  const folder = mkdtempSync(join(tmpdir(), "insieme-words-"));
  try {
    const outfile = join(folder, "words.mjs");
    await require("esbuild").build({
      entryPoints: [join(root, `app/src/words.${language}.ts`)],
      outfile,
      bundle: true,
      format: "esm",
      logLevel: "error",
    });
    const words = (await import(pathToFileURL(outfile).href))[language];
    return (name, given = {}) => {
      if (!(name in words)) throw new Error(`the app has no word ${name}`);
      return words[name].replace(/\{(\w+)\}/g, (whole, key) => String(given[key] ?? whole));
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
