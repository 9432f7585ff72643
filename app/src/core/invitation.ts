// An invitation as people get it: a text, a code for the camera, an address.

/**
 * The invitation in a text: itself, or behind the # of an address that opens the app, where no
 * server sees it. Empty: there is none.
 */
export function invitationIn(text: string): string {
  let found = text.trim();
  const hash = found.indexOf("#");
  if (/^https?:/.test(found) && hash >= 0) {
    try {
      found = decodeURIComponent(found.slice(hash + 1));
    } catch {
      return "";
    }
  }
  return found.startsWith("insieme://") ? found : "";
}
