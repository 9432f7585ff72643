// Whose words stand in a text: worked out of its history, without a browser.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { root } from "./world.mjs";

const require = createRequire(join(root, "app/package.json"));
const folder = mkdtempSync(join(tmpdir(), "insieme-authors-"));
let runsOf;

before(async () => {
  const outfile = join(folder, "authors.mjs");
  await require("esbuild").build({
    entryPoints: [join(root, "app/src/core/authors.ts")],
    outfile,
    bundle: true,
    format: "esm",
    logLevel: "error",
  });
  ({ runsOf } = await import(pathToFileURL(outfile).href));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const line = (author, to, from) => ({ author, to, from, field: "observations" });
const shown = (runs) => runs.map((one) => `${one.author || "?"}:${one.text.trim()}`);

test("a word belongs to whoever put it in, wherever others wrote around it", () => {
  const runs = runsOf(
    [
      line("anna", "Tommaso dorme tardi"),
      line("bruno", "Tommaso dorme poco e tardi", "Tommaso dorme tardi"),
      line("carla", "Ieri Tommaso dorme…", "Tommaso dorme…"),
    ],
    "Ieri Tommaso dorme poco e tardi",
  );
  assert.deepEqual(shown(runs), ["carla:Ieri", "anna:Tommaso dorme", "bruno:poco e", "anna:tardi"]);
});

test("words that stand twice are given to the place that was changed", () => {
  const runs = runsOf(
    [
      line("anna", "la scuola va bene. A casa va male. Poi si vedrà"),
      line("bruno", "…A casa la scuola va male. Poi…", "…A casa va male. Poi…"),
    ],
    "la scuola va bene. A casa la scuola va male. Poi si vedrà",
  );
  assert.deepEqual(shown(runs), [
    "anna:la scuola va bene. A casa",
    "bruno:la scuola",
    "anna:va male. Poi si vedrà",
  ]);
});

test("a word that a merge made of two people's letters is said to be nobody's alone", () => {
  const runs = runsOf(
    [
      line("anna", "mangia poco"),
      line("anna", "mangia con gusto", "mangia poco"),
      line("bruno", "mangia da solo", "mangia poco"),
    ],
    "mangia da solcon gusto",
  );
  assert.deepEqual(shown(runs), ["anna:mangia", "bruno:da", "?:solcon", "anna:gusto"]);
});

test("an empty text, and one of many thousand words, take no time and no harm", () => {
  assert.deepEqual(runsOf([line("anna", "via", "")], ""), []);
  const long = Array.from({ length: 6000 }, (_, at) => `parola${at}`).join(" ");
  const [run] = runsOf([line("anna", long)], long);
  assert.equal(run.author, "anna");
});
