// What stands above a record on paper and not on the screen, where one comes from its family: whose
// it is, which service it is of, when and by whom it was printed.
import type { JSX } from "preact";
import { useLoad, usePicture } from "../core/hooks";
import { recordsOf, wholeRecords } from "../core/records";
import type { Identity } from "../core/types";
import { today } from "../format";
import { t } from "../words";

interface Household {
  name: string;
  commune: string;
  /** Those who live there today. */
  members: string[];
}

async function loadHousehold(dossier: string): Promise<Household | null> {
  const [[first], lines] = await Promise.all([
    recordsOf("household", dossier),
    recordsOf("member", dossier),
  ]);
  if (!first) return null;
  const [household] = await wholeRecords([first]);
  const day = today();
  const members = (await wholeRecords(lines)).filter((one) => {
    const until = one.fields["to_date"]?.value;
    return typeof until !== "string" || until >= day;
  });
  return {
    name: first.title,
    commune: household?.fields["commune"]?.text ?? "",
    members: members.map((one) => one.title),
  };
}

export function PaperHead(props: { dossier: string; me: Identity }): JSX.Element {
  const { me } = props;
  const space = usePicture().status?.identity.space_name ?? "";
  const { data } = useLoad(() => loadHousehold(props.dossier), `paper ${props.dossier}`);
  return (
    <div class="paper-head print-only">
      <p class="paper-service">
        <strong>{space}</strong>
        <span>{t("paper_printed", { day: dayOnPaper(), who: me.name || me.account })}</span>
      </p>
      {data && (
        <p>
          <strong>{[data.name, data.commune].filter(Boolean).join(" · ")}</strong>
          {data.members.length > 0 && (
            <>
              <br />
              {t("paper_members")}: {data.members.join(", ")}
            </>
          )}
        </p>
      )}
    </div>
  );
}

/** `27/11/2026`: as the dates of the record itself are written. */
function dayOnPaper(): string {
  return today().split("-").reverse().join("/");
}
