// node tools/compress.mjs br|gz FILE > FILE.br: the smallest that the format can do.
import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [kind, path] = process.argv.slice(2);
const bytes = readFileSync(path);
const smallest = {
  br: () =>
    brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 11,
        [constants.BROTLI_PARAM_LGWIN]: 24,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  gz: () => gzipSync(bytes, { level: 9 }),
};
process.stdout.write(smallest[kind]());
