// A tablet becomes somebody's with their organization's identity provider (oidc-provider, a real
// one on loopback): the browser leaves the app and comes back to it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { ask, look, PHONE } from "./people.mjs";
import { Browser } from "./browser.mjs";
import { root, World } from "./world.mjs";

const world = new World();
const browser = new Browser();
let provider;
let page;

/** Of loopback, free a moment ago. */
function freePort() {
  return new Promise((done) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** The provider's address. */
function begin(redirect) {
  provider = spawn(
    "node",
    [join(root, "tests/integration/oidc_provider.mjs"), "0", redirect, "ES256", "k1"],
    { stdio: ["ignore", "pipe", "inherit"], cwd: root },
  );
  return new Promise((done, failed) => {
    provider.stdout.on("data", (bytes) => {
      const found = /listening on (http:\S+)/.exec(bytes);
      if (found) done(found[1]);
    });
    provider.on("exit", (code) => failed(new Error(`the provider ended with ${code}`)));
  });
}

before(async () => {
  world.port = await freePort();
  const url = `http://127.0.0.1:${world.port}`;
  world.settings = {
    INSIEME_PUBLIC_URL: url,
    INSIEME_SIGN_IN_PROVIDER: await begin(`${url}/v1/sign-in/callback`),
    INSIEME_SIGN_IN_CLIENT: "insieme-prova",
    INSIEME_SIGN_IN_SECRET: join(world.folder, "secret"),
    INSIEME_SIGN_IN_NAME: "il Comune di Prova",
    INSIEME_SIGN_IN_BY_EMAIL: "yes",
  };
  writeFileSync(world.settings.INSIEME_SIGN_IN_SECRET, "un segreto: 100% +&=\n");
  world.person("anna", "Anna Rossi", "educator");
  Object.assign(process.env, world.settings);
  world.admin("sign-in", "link", "anna", "--email", "anna@comune.example");
  await world.start();
});

after(async () => {
  await browser.end();
  await world.end();
  provider?.kill("SIGTERM");
});

const button = () => page.getByRole("button", { name: "Accedi con il Comune di Prova" });

test("a ticket that nobody asked for is thrown away, in words", async () => {
  await browser.start();
  page = await browser.page(`${world.url}/#sign_in=${"0".repeat(64)}`, PHONE);
  await page.getByText("L'accesso non è cominciato qui").waitFor();
  assert.equal(new URL(page.url()).hash, "");
  assert.equal((await ask(page, "status")).identity.enrolled, false);
  await look(page, "sign-in");
});

test("signing in with the organization makes the tablet anna's", async () => {
  // Also where the app answers for its pages without a network.
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await button().click();
  await page.waitForURL(/\/interaction\//);
  await page.fill("[name=login]", "anna");
  await page.fill("[name=password]", "qualunque");
  await page.click("[type=submit]");
  await page.getByRole("heading", { name: "Scegli un PIN" }).waitFor();
  const { identity } = await ask(page, "status");
  assert.equal(identity.account, "anna");
  assert.equal(new URL(page.url()).hash, "");
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
});
