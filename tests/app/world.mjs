// A real server process on loopback with people, and desktop clients: what the browser's tests and
// the tour stand on. Everything lies in a folder of its own and is gone at the end.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(fileURLToPath(import.meta.url), "../../..");
export const bin = process.env.INSIEME_BIN_DIR ?? join(root, "build/dev/bin");
export const appFolder = process.env.INSIEME_APP_DIR ?? join(root, "build/app");

export class World {
  constructor(name = "Ambito Val d'Enza", app = appFolder) {
    this.app = app;
    this.folder = mkdtempSync(join(tmpdir(), "insieme-app-"));
    this.data = join(this.folder, "server");
    /** Settings of the server, as its environment takes them. */
    this.settings = {};
    this.admin("init", "--name", name);
  }

  /** Before `start`: the coordinator can open a tablet whose PIN was forgotten. The key's file. */
  makeRecovery() {
    const file = join(this.folder, "recovery.key");
    const made = this.admin("recovery", "keygen", "--out", file);
    this.settings = { ...this.settings, INSIEME_RECOVERY_KEY: made.recovery_key };
    return file;
  }

  /** One command of insieme-server; its JSON. */
  admin(...args) {
    const out = execFileSync(
      join(bin, "insieme-server"),
      [...args, "--data", this.data, "--json"],
      { encoding: "utf8" },
    );
    return JSON.parse(out.trim().split("\n").pop());
  }

  /** Listens on the port that it had before, or any free one. */
  async start() {
    this.process = spawn(
      join(bin, "insieme-server"),
      [
        "serve",
        "--dev",
        "--listen",
        `127.0.0.1:${this.port ?? 0}`,
        "--data",
        this.data,
        "--app",
        this.app,
        "--log-level",
        "warn",
      ],
      { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ...this.settings } },
    );
    this.url = await new Promise((done, failed) => {
      let said = "";
      this.process.stdout.on("data", (bytes) => {
        said += bytes;
        const found = /listening on (http:\S+)/.exec(said);
        if (found) done(found[1]);
      });
      this.process.on("exit", (code) =>
        failed(new Error(`the server ended with ${code}: ${said}`)),
      );
    });
    this.port = Number(new URL(this.url).port);
  }

  stopServer() {
    if (!this.process) return Promise.resolve();
    const ended = new Promise((done) => this.process.on("exit", done));
    this.process.kill("SIGTERM");
    this.process = null;
    return ended;
  }

  person(account, name, role) {
    this.admin("users", "add", account, "--name", name, "--role", role);
  }

  /** An address that enrols one device. */
  invite(account) {
    const reply = this.admin("invite", account);
    return reply.url ?? reply.invitation ?? reply.code;
  }

  /** A desktop client with a store of its own. */
  desk(account) {
    return new Desk(this, account);
  }

  async end() {
    await this.stopServer();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class Desk {
  #requests = 0;

  constructor(world, account) {
    this.store = join(world.folder, `${account}.insieme`);
    this.account = account;
    this.run("init");
    this.call("device.enrol", {
      invitation: world.invite(account),
      device_name: `PC di ${account}`,
    });
  }

  run(...args) {
    return execFileSync(join(bin, "insieme"), [...args, "--store", this.store], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  call(command, args = {}) {
    const request = { command, request_id: `${this.account}-${++this.#requests}`, ...args };
    let out;
    try {
      out = this.run("call", JSON.stringify(request));
    } catch (error) {
      out = error.stdout;
    }
    const reply = JSON.parse(out);
    if (!reply.ok) throw new Error(`${command}: ${JSON.stringify(reply.error)}`);
    return reply;
  }

  sync() {
    return this.call("sync.run");
  }
}
