// `insieme serve-app` over a store in a file, as a process of its own.
import { spawn } from "node:child_process";
import { request } from "node:http";
import { join } from "node:path";
import { appFolder, bin } from "./world.mjs";

const IDENTITY = '{"act":"call","request":{"command":"identity"}}';

/** The program that serves a store, and the address that it printed. */
export class Host {
  constructor(store) {
    this.store = store;
  }

  async start(port = 0) {
    this.process = spawn(
      join(bin, "insieme"),
      ["--json", "--store", this.store, "serve-app", "--app", appFolder, "--port", String(port)],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    this.gone = new Promise((done) => {
      this.process.on("exit", (code, signal) => done(code ?? signal));
    });
    const line = await new Promise((done) => this.process.stdout.once("data", done));
    this.address = JSON.parse(String(line)).address;
    this.port = Number(new URL(this.address).port);
    return this;
  }
  end(signal = "SIGTERM") {
    this.process.kill(signal);
    return this.gone;
  }
  get token() {
    return /#desk=([0-9a-f]{64})$/.exec(this.address)[1];
  }

  /** The status that a request gets, whoever it pretends to be. */
  status(path, headers, method = "POST", body = IDENTITY) {
    return new Promise((done, failed) => {
      const sent = request(
        { host: "127.0.0.1", port: this.port, path, method, headers },
        (answer) => {
          answer.resume();
          answer.on("end", () => done(answer.statusCode));
        },
      );
      sent.on("error", failed);
      sent.end(method === "POST" ? body : undefined);
    });
  }
}
