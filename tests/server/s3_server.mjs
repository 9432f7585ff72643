// node tests/server/s3_server.mjs FOLDER [PORT]
//
// A real S3 server on loopback (s3rver), for tests: bucket `insieme`, key S3RVER, secret S3RVER.
// It takes any signature of version 4, so the signature, its time and the digest of the body are
// checked here, as the public description of Signature Version 4 says, before it sees a request.
// Prints "listening on URL"; ends with 3 if its packages are not installed.
import { createHash, createHmac } from "node:crypto";
import { createServer, request } from "node:http";

let S3rver;
try {
  ({ default: S3rver } = await import("s3rver"));
} catch (error) {
  console.log(`s3rver is not installed: ${error.message}`);
  process.exit(3);
}

const KEY = "S3RVER";
const SECRET = "S3RVER";
const MINUTES = 15;

const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();
const escape = (text) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Why it is refused, or nothing. */
function fault(asked, body) {
  const found = new RegExp(
    "^AWS4-HMAC-SHA256 Credential=([^/]+)/(\\d{8})/([^/]+)/s3/aws4_request, " +
      "SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$",
  ).exec(asked.headers.authorization ?? "");
  if (found === null) return "AuthorizationHeaderMalformed";
  const [, key, day, region, names, signature] = found;
  const time = asked.headers["x-amz-date"] ?? "";
  const told = Date.parse(time.replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5"));
  if (!(Math.abs(Date.now() - told) < MINUTES * 60_000) || !time.startsWith(day)) {
    return "RequestTimeTooSkewed";
  }
  if (key !== KEY) return "InvalidAccessKeyId";
  const digest = asked.headers["x-amz-content-sha256"];
  if (digest !== hash(body)) return "XAmzContentSHA256Mismatch";
  const signed = names.split(";");
  if (!["host", "x-amz-content-sha256", "x-amz-date"].every((name) => signed.includes(name))) {
    return "AccessDenied";
  }
  const url = new URL(asked.url, "http://x");
  const query = [...url.searchParams].map((pair) => pair.map(escape).join("=")).sort();
  const canonical = [
    asked.method, asked.url.split("?")[0], query.join("&"),
    ...signed.map((name) => `${name}:${asked.headers[name].trim()}`), "", names, digest,
  ].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const secret = [day, region, "s3", "aws4_request"].reduce(hmac, `AWS4${SECRET}`);
  const wanted = hmac(secret, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash(canonical)}`);
  return wanted.toString("hex") === signature ? null : "SignatureDoesNotMatch";
}

const [directory, port] = process.argv.slice(2);
const store = new S3rver({
  address: "127.0.0.1", port: 0, directory, silent: true, configureBuckets: [{ name: "insieme" }],
});
const { port: inner } = await store.run();

const front = createServer(async (asked, answer) => {
  const pieces = [];
  try {
    for await (const piece of asked) pieces.push(piece);
  } catch {
    return; // broken off by whoever asked
  }
  const body = Buffer.concat(pieces);
  const refused = fault(asked, body);
  if (refused !== null) {
    answer.writeHead(403, { "Content-Type": "application/xml" });
    answer.end(`<Error><Code>${refused}</Code></Error>`);
    return;
  }
  const passed = request(
    {
      host: "127.0.0.1", port: inner, method: asked.method, path: asked.url,
      headers: asked.headers,
    },
    (said) => {
      answer.writeHead(said.statusCode, said.headers);
      said.pipe(answer);
    },
  );
  passed.on("error", () => answer.destroy());
  passed.end(body);
});
front.listen(Number(port ?? 0), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${front.address().port}`);
});
