// The core's module in Node, as the worker of a browser has it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./world.mjs";

export const folder =
  process.env.INSIEME_CORE_DIR ?? join(root, "build/wasm/mobile-bindings/wasm");
const binding = join(root, "mobile-bindings/wasm/js");
const { Core } = await import(join(binding, "core.mjs"));
const { instantiateParts } = await import(join(binding, "parts.mjs"));

/** core.js. It is for workers: it looks at where it came from, once. */
export async function loadScript(path = join(folder, "core.js")) {
  globalThis.self ??= globalThis;
  globalThis.location ??= { href: "" };
  globalThis.importScripts ??= () => {};
  return (await import(path)).default;
}

export function loadCore(createCore, instantiate, files, events = []) {
  return Core.load(createCore, instantiate, files, (event) => events.push(JSON.parse(event)));
}

/**
 * The module of `folder`, compiled: `load(files, events, restNow)` gives a Core. `asked` counts the
 * cores that asked for the rest.
 */
export async function loadModule() {
  const createCore = await loadScript();
  const compile = (name) => WebAssembly.compile(readFileSync(join(folder, name)));
  const first = await compile("core.wasm");
  const rest = await compile("core-rest.wasm");
  const loaded = { asked: 0, load };
  const instantiateFirst = async (imports) => ({
    instance: await WebAssembly.instantiate(first, imports),
    module: first,
  });
  function restNow() {
    ++loaded.asked;
    return rest;
  }
  function load(files, events, now = restNow) {
    const instantiate = (imports) => instantiateParts(imports, instantiateFirst, now);
    return loadCore(createCore, instantiate, files, events);
  }
  return loaded;
}
