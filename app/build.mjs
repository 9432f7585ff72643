// node app/build.mjs OUT CORE: the app's files into OUT. CORE is the folder with core.js, core.wasm
// and core-rest.wasm (tools/wasm). The same sources give the same bytes. Each file lies there
// compressed, too. Without CORE they are the screens alone, for `insieme serve-app`.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { usedStyles } from "./styles.mjs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const [out, core] = process.argv.slice(2).map((path) => resolve(path));
if (!out) {
  console.error("usage: node app/build.mjs OUT [CORE]");
  process.exit(1);
}
const binding = join(here, "../mobile-bindings/wasm/js");
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 12);

/** Under a name that changes with its content, so that a browser may keep it for ever. */
function keep(stem, ending, bytes) {
  const name = `${stem}.${digest(bytes)}.${ending}`;
  writeFileSync(join(out, name), bytes);
  return `/${name}`;
}

const options = {
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  legalComments: "none",
  write: false,
  absWorkingDir: here,
  jsx: "automatic",
  jsxImportSource: "preact",
  alias: { insieme: binding, ...(core ? { core: join(core, "core.js") } : {}) },
  // The module's script has a branch for Node, which no browser takes; the decoder is a file.
  external: ["fs", "path", "module", "/scan.*", "/code.*"],
  logLevel: "warning",
};

async function script(entry, define = {}) {
  const made = await build({ ...options, entryPoints: [join(here, "src", entry)], define });
  return made.outputFiles[0].contents;
}

/** Every word of the sources: what they do not name, no element has. */
function wordsOf(folder, words = new Set()) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) wordsOf(path, words);
    else if (/\.tsx?$/.test(entry.name)) {
      for (const [word] of readFileSync(path, "utf8").matchAll(/[\w-]+/g)) words.add(word);
    }
  }
  return words;
}
const onlyUsed = {
  name: "only-used",
  setup(building) {
    const words = wordsOf(join(here, "src"));
    building.onLoad({ filter: /bootstrap-italia.*\.css$/ }, ({ path }) => ({
      contents: usedStyles(readFileSync(path, "utf8"), words),
      loader: "css",
    }));
  },
};

async function workerWithCore() {
  const wasm = keep("core", "wasm", readFileSync(join(core, "core.wasm")));
  const rest = keep("core-rest", "wasm", readFileSync(join(core, "core-rest.wasm")));
  const urls = { WASM_URL: JSON.stringify(wasm), REST_URL: JSON.stringify(rest) };
  return keep("worker", "js", await script("worker.ts", urls));
}
const worker = core ? await workerWithCore() : "";
// For who takes the camera or invites: no part of the first visit, fetched behind all the others.
const scan = keep("scan", "js", await script("scan.ts"));
const code = keep("code", "js", await script("code.ts"));
const main = keep(
  "app",
  "js",
  await script("main.tsx", {
    WORKER_URL: JSON.stringify(worker),
    SCAN_URL: JSON.stringify(scan),
    CODE_URL: JSON.stringify(code),
  }),
);
const styles = await build({
  ...options,
  entryPoints: [join(here, "src/all.css")],
  plugins: [onlyUsed],
  loader: { ".woff2": "file" },
  assetNames: "[name].[hash]",
  nodePaths: [join(here, "node_modules")],
  outdir: out,
});
let css = "";
for (const file of styles.outputFiles) {
  if (file.path.endsWith(".css")) css = keep("app", "css", file.contents);
  else writeFileSync(file.path, file.contents);
}
const page = readFileSync(join(here, "src/index.html"), "utf8");
writeFileSync(join(out, "index.html"), page.replace("{css}", css).replace("{js}", main));
for (const name of ["manifest.webmanifest", "icon.svg", "icon-192.png", "icon-512.png"]) {
  copyFileSync(join(here, "src", name), join(out, name));
}
const later = [scan, code];
const files = readdirSync(out)
  .filter((name) => !later.includes(`/${name}`))
  .sort()
  .map((name) => (name === "index.html" ? "/" : `/${name}`));
const version = digest(
  files
    .map((name) => name + digest(readFileSync(join(out, name === "/" ? "index.html" : name))))
    .join(),
);
if (core) {
  writeFileSync(
    join(out, "sw.js"),
    await script("sw.ts", {
      FILES: JSON.stringify(files),
      LATER: JSON.stringify(later),
      VERSION: JSON.stringify(version),
    }),
  );
}
writeFileSync(
  join(out, "LICENSES.txt"),
  ["bootstrap-italia", "preact", "qr"]
    .map(
      (name) => `${name}\n\n${readFileSync(join(here, "node_modules", name, "LICENSE"), "utf8")}\n`,
    )
    .join("\n"),
);

let plain = 0;
let travels = 0;
for (const name of readdirSync(out).sort()) {
  if (/\.(png|woff2)$/.test(name)) continue;
  const bytes = readFileSync(join(out, name));
  const brotli = brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
  writeFileSync(join(out, `${name}.br`), brotli);
  writeFileSync(join(out, `${name}.gz`), gzipSync(bytes, { level: 9 }));
  plain += bytes.length;
  travels += brotli.length;
  if (process.env.INSIEME_SIZES) {
    console.log(
      `${name.padEnd(28)} ${String(bytes.length).padStart(9)} ` +
        `${String(brotli.length).padStart(8)} with brotli`,
    );
  }
}
console.log(`app: ${plain} bytes in ${out}; ${travels} travel with brotli`);
