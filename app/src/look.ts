// Light, dark, or as the device is set.
export type Look = "auto" | "light" | "dark";

const KEY = "insieme-look";

export function look(): Look {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "auto";
}

export function applyLook(next: Look = look()): void {
  localStorage.setItem(KEY, next);
  if (next === "auto") document.documentElement.removeAttribute("data-look");
  else document.documentElement.setAttribute("data-look", next);
}
