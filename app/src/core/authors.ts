// Who wrote which words of a text, out of its history: a word belongs to whoever put it in. Words,
// not letters: that is how people read. The history's own order holds; no clock is asked. A line of
// the history shows what was changed with a few words around it, cut off by dots.
import type { HistoryLine } from "./types";

export interface Run {
  text: string;
  /** Empty: nobody wrote it like that; the merge made one word out of two people's letters. */
  author: string;
}

/** Beyond so many comparisons a text is shown without colours rather than late. */
const WORK_MAX = 4_000_000;

const wordsOf = (text: string): string[] => text.match(/\s*\S+|\s+$/g) ?? [];
const changedIn = (excerpt: string): string[] => wordsOf(excerpt.replace(/^…|…$/g, ""));
const same = (a: string | undefined, b: string | undefined): boolean => a?.trim() === b?.trim();

/** For each word of `b` where it is in `a`, or -1: a longest common subsequence. */
export function aligned(a: string[], b: string[]): number[] {
  const found = new Array<number>(b.length).fill(-1);
  let start = 0;
  while (start < a.length && start < b.length && same(a[start], b[start])) found[start] = start++;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && same(a[endA - 1], b[endB - 1])) found[--endB] = --endA;
  const rows = endA - start;
  const columns = endB - start;
  if (rows === 0 || columns === 0 || rows * columns > WORK_MAX) return found;
  const width = columns + 1;
  const length = new Uint16Array((rows + 1) * width);
  const at = (row: number, column: number): number => length[row * width + column] ?? 0;
  for (let row = rows - 1; row >= 0; --row) {
    for (let column = columns - 1; column >= 0; --column) {
      length[row * width + column] = same(a[start + row], b[start + column])
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  for (let row = 0, column = 0; row < rows && column < columns; ) {
    if (same(a[start + row], b[start + column])) found[start + column++] = start + row++;
    else if (at(row + 1, column) >= at(row, column + 1)) ++row;
    else ++column;
  }
  return found;
}

/** Where `piece` stands in `all`, word for word; else where most of it does. */
function placed(all: string[], piece: string[]): number[] {
  for (let from = 0; from + piece.length <= all.length; ++from) {
    if (piece.every((word, at) => same(word, all[from + at]))) {
      return piece.map((_, at) => from + at);
    }
  }
  // In the order of the text: for each word of the piece its place in the whole.
  return aligned(all, piece);
}

/** `lines` of one field, the oldest first. */
export function runsOf(lines: HistoryLine[], text: string): Run[] {
  const words = wordsOf(text);
  const authors = words.map(() => "");
  for (const line of lines) {
    if (line.to === undefined) continue;
    const then = changedIn(line.to);
    const old = aligned(changedIn(line.from ?? ""), then);
    placed(words, then).forEach((place, at) => {
      if (place >= 0 && old[at] === -1) authors[place] = line.author;
    });
  }
  const runs: Run[] = [];
  words.forEach((word, at) => {
    const last = runs[runs.length - 1];
    const author = authors[at] ?? "";
    if (last && last.author === author) last.text += word;
    else runs.push({ text: word, author });
  });
  return runs;
}
