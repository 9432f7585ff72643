// node tools/wasm.d/profile.mjs WHOLE FIRST: what the module is made of. Of each part its bytes,
// how many of them travel first, and by how much the code is shorter with brotli without the part.
// Takes a minute or two.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";
import { readModule } from "./names.mjs";
import { movesLater } from "./split.mjs";

/** The first that the demangled name, without what templates are made of, agrees with. */
const PARTS = [
  ["commands", /insieme::client::commands/],
  ["exports", /insieme::client::exports/],
  ["client", /insieme::client/],
  ["merge engine", /insieme::sync/],
  ["schema and rules", /insieme::schema/],
  ["reports and findings", /insieme::reports/],
  ["SQLite's C++ side", /insieme/],
  ["Boost.JSON", /boost::json/],
  ["other of Boost", /boost/],
  ["cereal", /cereal/],
  ["streams, locales", /(stream|streambuf|locale|ctype|_put|_get|collate|punct|codecvt|ios)\b/],
  ["libc++", /std::/],
  ["zstd", /^(ZSTD|HUF|FSE|HIST|XXH|ERR)_/],
  ["libsodium", /^(crypto|sodium|ge25519|fe25519|sc25519|argon2|blake2b|_crypto|randombytes)/],
  ["SQLite", /^(sqlite3|fts5|vdbe|btree|pager|where|expr|resolve|select|wal|pcache|window|fk)/],
  ["other C", /(?:)/],
];
const TEMPLATES = "templates of libc++ over our types";

function partOf(name, plain) {
  const outer = plain.replace(/<.*/, "");
  if (/std::/.test(outer) && !/insieme/.test(outer) && /insieme/.test(plain)) return TEMPLATES;
  const looked = name.startsWith("_Z") ? outer : name;
  return PARTS.find(([, pattern]) => pattern.test(looked))[0];
}

function travels(parts) {
  const bytes = Buffer.concat(parts);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
  return brotliCompressSync(bytes, { params }).length;
}

const [whole, first] = process.argv.slice(2);
const { functions, data } = readModule(readFileSync(whole));
const plain = execFileSync("c++filt", {
  input: functions.map(({ name }) => name).join("\n"),
  maxBuffer: 1 << 28,
})
  .toString()
  .split("\n");
const later = movesLater();
const sums = new Map();
functions.forEach((one, at) => {
  one.part = partOf(one.name, plain[at]);
  const sum = sums.get(one.part) ?? { bytes: 0, first: 0 };
  sum.bytes += one.body.length;
  if (!later(one)) sum.first += one.body.length;
  sums.set(one.part, sum);
});
const line = (name, bytes, now, brotli) =>
  console.log(name.padEnd(36) + [bytes, now, brotli].map((n) => String(n).padStart(10)).join(""));
const all = travels(functions.map(({ body }) => body));
line("", "bytes", "first", "brotli");
for (const [part, sum] of [...sums].sort(([, a], [, b]) => b.bytes - a.bytes)) {
  const others = functions.filter((one) => one.part !== part).map(({ body }) => body);
  line(part, sum.bytes, sum.first, all - travels(others));
}
line("data", data.length, data.length, travels([data]));
const before = readFileSync(first);
line("the first part as it travels", "", before.length, travels([before]));
