// Addresses after the #, so that no server has to know them and every screen can be come back to.
import { useLayoutEffect, useState } from "preact/hooks";

export type Route = string[];

export function parts(): Route {
  return location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
}

export function to(...path: string[]): string {
  return `#/${path.map(encodeURIComponent).join("/")}`;
}

export function go(...path: string[]): void {
  location.hash = to(...path);
}

/** To where one came from, or to `otherwise` if the app was opened right here. */
export function goBack(...otherwise: string[]): void {
  if (history.length > 1 && cameFromHere) history.back();
  else go(...otherwise);
}
let cameFromHere = false;

export function useRoute(): Route {
  const [route, setRoute] = useState(parts());
  // Not after the next frame: whoever is quick would be sent nowhere.
  useLayoutEffect(() => {
    const changed = (): void => {
      cameFromHere = true;
      setRoute(parts());
      window.scrollTo(0, 0);
    };
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, []);
  return route;
}
