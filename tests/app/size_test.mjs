// How much of the core travels before the first screen, and that it does not grow unnoticed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { complaints, FIRST_BYTES_MAX, weigh } from "../../tools/wasm.d/size.mjs";
import { folder } from "./module.mjs";

test("size: the core is as small as it is recorded to be", () => {
  assert.deepEqual(complaints(weigh(folder)), []);
});

test("size: growth over 2 % and a first part over the limit are told", () => {
  const recorded = { "core.wasm": 700_000, "core-rest.wasm": 400_000 };
  const told = (first, rest) =>
    complaints({ "core.wasm": first, "core-rest.wasm": rest }, recorded).length;
  assert.equal(told(714_000, 408_000), 0);
  assert.equal(told(714_001, 408_000), 1);
  assert.equal(told(700_000, 408_001), 1);
  assert.equal(told(FIRST_BYTES_MAX + 1, 400_000), 2);
});
