// The first screen of the practice: as whom.
import type { JSX } from "preact";
import { useAct } from "../core/hooks";
import { leavePractice, practiseAs } from "../core/practice";
import { Icon, type IconName } from "../parts/icons";
import { Failed, Title } from "../parts/parts";
import { t, type Word } from "../words";
import { roleName } from "../words/steer";

const ROLES: ["educator" | "coordinator" | "fellow", IconName, Word][] = [
  ["educator", "families", "practice_educator"],
  ["coordinator", "review", "practice_coordinator"],
  ["fellow", "hands", "practice_fellow"],
];

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function PracticeRoles(): JSX.Element {
  const act = useAct();
  return (
    <main class="alone" id="main">
      <Title text={t("practice_role")} lead={t("practice_role_lead")} />
      <Failed error={act.failure} />
      {ROLES.map(([role, icon, what]) => (
        <button
          type="button"
          key={role}
          class="big-link"
          disabled={act.busy}
          onClick={() => void act.run(() => practiseAs(role))}
        >
          <Icon name={icon} />
          <span>
            <strong>{capital(roleName(role))}</strong>
            <small>{t(what)}</small>
          </span>
          <Icon name="next" />
        </button>
      ))}
      <p>
        <button type="button" class="btn btn-link" onClick={leavePractice}>
          {t("practice_leave")}
        </button>
      </p>
    </main>
  );
}
