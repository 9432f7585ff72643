// On a tablet of several people: the way from a screen that is somebody's to who else it may be.
import type { JSX } from "preact";
import { isShared, leave } from "../core/holders";
import type { Act } from "../core/hooks";
import { t } from "../words";

/** Nothing on a tablet of one person. `act` shows why it could not be left. */
export function ChangeHolder(props: { act: Act }): JSX.Element | null {
  if (!isShared()) return null;
  return (
    <button type="button" class="btn btn-link" onClick={() => void props.act.run(leave)}>
      {t("holder_change")}
    </button>
  );
}
