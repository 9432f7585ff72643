// Debian's Chromium, driven through playwright-core. Each browser has a profile of its own and is
// known by its process id, so that a test can kill it in the middle of anything.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./world.mjs";

const require = createRequire(join(root, "app/package.json"));
const { chromium } = require("playwright-core");
export const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const program = ["/usr/lib/chromium/chromium", "/usr/bin/chromium"].find(existsSync);
const PATIENCE_MS = 60_000;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Waits for what `condition` gives, also by a promise, to be true. */
export async function until(what, condition) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await sleep(20);
  }
}

export class Browser {
  /** A tablet: one profile, kept over restarts until `end`. */
  constructor(more = []) {
    this.more = more; // arguments of the program beside the usual ones
    this.profile = mkdtempSync(join(tmpdir(), "insieme-profile-"));
  }

  async start() {
    const portFile = join(this.profile, "DevToolsActivePort");
    rmSync(portFile, { force: true });
    this.process = spawn(
      program,
      [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--lang=it-IT",
        "--remote-debugging-port=0",
        `--user-data-dir=${this.profile}`,
        ...this.more,
        "about:blank",
      ],
      { stdio: "ignore", env: { ...process.env, TZ: "Europe/Rome", LANGUAGE: "it" } },
    );
    this.gone = new Promise((done) => this.process.on("exit", done));
    const port = await until(
      "the browser",
      () => existsSync(portFile) && /^(\d+)\n/.exec(readFileSync(portFile, "utf8"))?.[1],
    );
    this.remote = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    this.context = this.remote.contexts()[0];
    this.context.setDefaultTimeout(PATIENCE_MS);
    return this;
  }

  /** A page that remembers what went wrong in it. */
  async page(url, size = { width: 390, height: 844 }) {
    const page = await this.context.newPage();
    await page.setViewportSize(size);
    page.troubles = [];
    page.on("console", (message) => {
      if (message.type() === "error") page.troubles.push(message.text());
    });
    page.on("pageerror", (error) => page.troubles.push(String(error)));
    const waitForFunction = page.waitForFunction.bind(page);
    page.waitForFunction = (condition, ...more) => {
      // Its promise would be taken for a yes, and nothing be waited for: `until` is for those.
      const inPromises = condition.constructor.name === "AsyncFunction";
      if (inPromises) throw new Error("a condition in promises: until");
      return waitForFunction(condition, ...more);
    };
    await page.goto(url);
    return page;
  }

  /** As a battery that is pulled out: nothing gets to say goodbye. */
  async kill() {
    this.process.kill("SIGKILL");
    await this.gone;
    // Its renderers live for a moment longer and could still write.
    await sleep(300);
    this.process = null;
  }

  async stop() {
    if (!this.process) return;
    await this.remote.close().catch(() => {});
    this.process.kill("SIGTERM");
    await Promise.race([this.gone, sleep(5000).then(() => this.process?.kill("SIGKILL"))]);
    await this.gone;
    this.process = null;
  }

  async end() {
    await this.stop();
    for (let attempt = 0; attempt < 20; ++attempt) {
      try {
        rmSync(this.profile, { recursive: true, force: true });
        return;
      } catch {
        await sleep(100);
      }
    }
  }
}

/** What axe finds against WCAG 2.1 A and AA, one line each. */
export async function accessibilityFaults(page) {
  // By the protocol, since the page's policy rightly lets no script in.
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
    });
    return violations.flatMap((one) =>
      one.nodes.map(
        (node) =>
          `${one.id}: ${node.target.join(" ")} ${node.failureSummary?.split("\n")[1] ?? ""}`,
      ),
    );
  });
}
