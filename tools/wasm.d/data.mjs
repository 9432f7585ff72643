// Bytes of a module's memory that only the second part reads: they travel with it.
const CODE = 10;
const DATA = 11;
const I32_CONST = 0x41;
const END = 0x0b;
const HEADER_BYTES = 8;

function readNumber(bytes, at) {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at++];
    value += (byte & 127) * scale;
    if (byte < 128) return [value, at];
  }
}

function number(value) {
  const out = [];
  for (; value > 127; value = Math.floor(value / 128)) out.push((value % 128) | 128);
  return Buffer.from([...out, value]);
}

/** Of an address below 2 GiB: what i32.const takes is signed, so its last byte keeps a bit free. */
function signed(value) {
  const out = [];
  for (; value > 63; value = Math.floor(value / 128)) out.push((value % 128) | 128);
  return Buffer.from([...out, value]);
}

function sectionsOf(bytes) {
  const out = [];
  for (let at = HEADER_BYTES; at < bytes.length; ) {
    const [length, body] = readNumber(bytes, at + 1);
    out.push({ kind: bytes[at], body: bytes.subarray(body, body + length) });
    at = body + length;
  }
  return out;
}

function segmentsOf(body) {
  const out = [];
  let [count, at] = readNumber(body, 0);
  for (; count > 0; --count) {
    if (body[at] !== 0 || body[at + 1] !== I32_CONST) throw new Error("a segment of another kind");
    // It is positive, so its bits are those of a plain number.
    const [address, end] = readNumber(body, at + 2);
    const [length, from] = readNumber(body, end + 1);
    out.push({ address, bytes: body.subarray(from, from + length) });
    at = from + length;
  }
  return out;
}

const dataSection = (segments) => ({
  kind: DATA,
  body: Buffer.concat([
    number(segments.length),
    ...segments.flatMap(({ address, bytes }) => [
      Buffer.from([0, I32_CONST]),
      signed(address),
      Buffer.from([END]),
      number(bytes.length),
      bytes,
    ]),
  ]),
});

const moduleOf = (header, sections) =>
  Buffer.concat([
    header,
    ...sections.flatMap(({ kind, body }) => [Buffer.from([kind]), number(body.length), body]),
  ]);

/** The segments without the piece, and where it was; null if it is in none of them. */
function cut(segments, piece) {
  for (const [place, { address, bytes }] of segments.entries()) {
    const at = bytes.indexOf(piece);
    if (at < 0) continue;
    const parts = [
      { address, bytes: bytes.subarray(0, at) },
      { address: address + at + piece.length, bytes: bytes.subarray(at + piece.length) },
    ].filter((part) => part.bytes.length > 0);
    segments.splice(place, 1, ...parts);
    return { address: address + at, bytes: piece };
  }
  return null;
}

/** Whether the first part's code, or what its memory holds, names the address. */
function named(sections, address) {
  const code = sections.find(({ kind }) => kind === CODE).body;
  const pointer = Buffer.alloc(4);
  pointer.writeUInt32LE(address);
  return (
    code.includes(Buffer.concat([Buffer.from([I32_CONST]), signed(address)])) ||
    sections.find(({ kind }) => kind === DATA).body.includes(pointer)
  );
}

/**
 * `[first, rest]` with these pieces of the first part's memory set by the rest, as it starts; but
 * those that the first part reads itself.
 */
export function moveData(first, rest, pieces) {
  const sections = sectionsOf(first);
  const data = sections.find(({ kind }) => kind === DATA);
  const segments = segmentsOf(data.body);
  const moved = [];
  for (const piece of pieces) {
    const trial = [...segments];
    const found = cut(trial, piece);
    if (found === null) throw new Error("what is to be moved is not in the module's memory");
    if (named(sections, found.address)) continue;
    moved.push(found);
    segments.splice(0, segments.length, ...trial);
  }
  data.body = dataSection(segments).body;
  const behind = sectionsOf(rest);
  if (behind.some(({ kind }) => kind === DATA)) throw new Error("the rest has data of its own");
  behind.splice(behind.findIndex(({ kind }) => kind === CODE) + 1, 0, dataSection(moved));
  const header = first.subarray(0, HEADER_BYTES);
  return [moduleOf(header, sections), moduleOf(header, behind)];
}
