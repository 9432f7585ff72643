// Of a style sheet only the rules that the app can use: those whose classes all appear in its
// sources.

/** Top-level pieces: `@charset …;`, `head {body}`, with nested braces kept whole. */
function* pieces(css) {
  let from = 0;
  let depth = 0;
  let quote = "";
  for (let at = 0; at < css.length; ++at) {
    const c = css[at];
    if (quote) {
      if (c === "\\") ++at;
      else if (c === quote) quote = "";
    } else if (c === '"' || c === "'") quote = c;
    else if (c === "/" && css[at + 1] === "*") at = css.indexOf("*/", at) + 1;
    else if (css.startsWith("url(", at) && css[at + 4] !== '"' && css[at + 4] !== "'") {
      at = css.indexOf(")", at);
    } else if (c === "{") ++depth;
    else if ((c === "}" && --depth === 0) || (c === ";" && depth === 0)) {
      yield css.slice(from, at + 1).trim();
      from = at + 1;
    }
  }
}

const GROUP = /^@(media|supports|layer)\b/;

/** `words`: every word of the app's sources. */
export function usedStyles(css, words) {
  let out = "";
  for (const piece of pieces(css)) {
    const brace = piece.indexOf("{");
    if (brace < 0) {
      out += piece;
      continue;
    }
    const head = piece.slice(0, brace).trim();
    const body = piece.slice(brace + 1, -1);
    if (GROUP.test(head)) {
      const inner = usedStyles(body, words);
      if (inner) out += `${head}{${inner}}`;
    } else if (head.startsWith("@")) {
      if (head !== "@font-face") out += piece; // fonts are chosen by the app's own sheet
    } else {
      // Commas within parentheses are none of ours.
      const used = head
        .split(/,(?![^(]*\))/)
        .filter((selector) =>
          [...selector.matchAll(/\.(-?[_a-zA-Z][\w-]*)/g)].every(([, name]) => words.has(name)),
        );
      if (used.length > 0) out += `${used.join(",")}{${body}}`;
    }
  }
  return out;
}
