// One workload of one engine in a process of its own. `node worker.mjs SETTINGS`, JSON; tells
// figures line by line, so that what was measured before the time was over counts.
import { Run } from "./machine.mjs";
import { measureMerge, measureRecords } from "./records.mjs";
import { measureText } from "./texts.mjs";

const settings = JSON.parse(process.argv[2]);
const run = new Run(settings);
const engine = await import(`./engines/${settings.engine}.mjs`);
try {
  if (settings.workload === "records") await measureRecords(run, engine);
  else if (settings.workload === "merge") await measureMerge(run, engine);
  else await measureText(run, engine, settings.workload);
  run.tell("memory", settings.workload, process.resourceUsage().maxRSS / 1024, "MiB");
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
