// node tests/server/openapi_check.mjs DOCUMENT SAMPLES
//
// Holds a document of OpenAPI to the specification, and answers of a real server to the document.
// SAMPLES: lines of {"method", "path", "status", "type", "body", "headers"}. Prints what is wrong,
// one fault a line; ends with 1 if there is any, with 3 if the validator is not installed.
import { readFileSync } from "node:fs";

/** The default export, also where that is a CommonJS module in another one. */
const load = async (name) => {
  const module = (await import(name)).default;
  return module.default ?? module;
};
let Validator, Ajv, addFormats;
try {
  ({ Validator } = await import("@seriousme/openapi-schema-validator"));
  Ajv = await load("ajv/dist/2020.js");
  addFormats = await load("ajv-formats");
} catch (error) {
  console.log(`the validator is not installed: ${error.message}`);
  process.exit(3);
}

const [documentFile, samplesFile] = process.argv.slice(2);
const text = readFileSync(documentFile, "utf8");
const document = JSON.parse(text);
const faults = [];

const result = await new Validator().validate(JSON.parse(text));
if (!result.valid) faults.push(`the document: ${JSON.stringify(result.errors)}`);

const ajv = new Ajv({ strict: false, validateSchema: false, allErrors: true });
addFormats(ajv);
ajv.addSchema({ $id: "api", ...document });

const escaped = (name) => name.replaceAll("~", "~0").replaceAll("/", "~1");
/** Where a part of the document is, whatever references lead there. */
function follow(pointer, part) {
  return part?.$ref ? follow(part.$ref.slice(1), at(part.$ref.slice(1))) : [pointer, part];
}
function at(pointer) {
  return pointer.split("/").slice(1)
    .reduce((part, name) => part?.[name.replaceAll("~1", "/").replaceAll("~0", "~")], document);
}
function hold(name, pointer, value) {
  const valid = ajv.compile({ $ref: `api#${encodeURI(pointer)}` });
  if (valid(value)) return;
  faults.push(`${name}: ${ajv.errorsText(valid.errors)}: ${JSON.stringify(value)}`);
}

let count = 0;
for (const line of readFileSync(samplesFile, "utf8").split("\n").filter(Boolean)) {
  const sample = JSON.parse(line);
  const name = `${sample.method} ${sample.path} ${sample.status}`;
  const operation = `/paths/${escaped(sample.path)}/${sample.method.toLowerCase()}`;
  const own = `${operation}/responses/${sample.status}`;
  const [pointer, response] = follow(own, at(own));
  count += 1;
  if (!response) {
    faults.push(`${name}: the document does not know this status`);
    continue;
  }
  for (const [header, described] of Object.entries(response.headers ?? {})) {
    const [place, rule] = follow(`${pointer}/headers/${header}`, described);
    const value = sample.headers[header.toLowerCase()];
    if (value === undefined) {
      faults.push(`${name}: the header ${header} is missing`);
      continue;
    }
    const typed = rule.schema.type === "integer" ? Number(value) : value;
    hold(`${name} ${header}`, `${place}/schema`, typed);
  }
  const type = sample.type.split(";")[0];
  const media = response.content?.[type];
  if (type === "" && !response.content) continue;
  if (!media) faults.push(`${name}: the document does not know the type "${type}"`);
  else if (media.schema) {
    const value = /json$/.test(type) ? JSON.parse(sample.body) : sample.body;
    hold(name, `${pointer}/content/${escaped(type)}/schema`, value);
  }
}
console.log(faults.length ? faults.join("\n") : `${count} answers agree with the document`);
process.exit(faults.length ? 1 : 0);
