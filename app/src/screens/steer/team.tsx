// Who is in the multidisciplinary team of each family, and from how many systems they come.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { read } from "../../core/core";
import { useLoad } from "../../core/hooks";
import { csv } from "../../core/steer";
import type { Dossier, RecordLine, WholeRecord } from "../../core/types";
import { MoreButton, Select } from "../../parts/finding";
import { Await, Empty, Mark, Section } from "../../parts/parts";
import { to } from "../../router";
import { t } from "../../words";
import { Frame, TakeAway } from "./frame";

const MEMBERS_MAX = 1000;
const AT_ONCE = 16;
const SHOWN = 60;

interface Member {
  id: string;
  dossier: string;
  name: string;
  system: string;
  profession: string;
  organization: string;
}

interface Composition {
  families: { dossier: Dossier; members: Member[]; systems: string[] }[];
  systems: string[];
  cut: boolean;
}

const today = (): string => new Date().toISOString().slice(0, 10);

async function memberOf(line: RecordLine): Promise<Member | null> {
  const { record } = await read<{ record: WholeRecord }>("record.get", { record: line.id });
  const text = (field: string): string => record.fields[field]?.text ?? "";
  const until = record.fields["to_date"]?.value;
  if (typeof until === "string" && until !== "" && until < today()) return null;
  return {
    id: line.id,
    dossier: line.dossier,
    name: text("name"),
    system: text("system"),
    profession: text("profession"),
    organization: text("organization"),
  };
}

async function loadComposition(): Promise<Composition> {
  const [{ dossiers }, { records, more }] = await Promise.all([
    read<{ dossiers: Dossier[] }>("dossier.list"),
    read<{ records: RecordLine[]; more: boolean }>("record.list", {
      type: "team_member",
      limit: MEMBERS_MAX,
    }),
  ]);
  const members: Member[] = [];
  for (let at = 0; at < records.length; at += AT_ONCE) {
    const some = await Promise.all(records.slice(at, at + AT_ONCE).map(memberOf));
    members.push(...some.filter((one): one is Member => one !== null));
  }
  const families = dossiers
    .filter((one) => one.type === "household" && !one.leaving)
    .sort((a, b) => a.title.localeCompare(b.title))
    .map((dossier) => {
      const own = members.filter((one) => one.dossier === dossier.id);
      return { dossier, members: own, systems: [...new Set(own.map((one) => one.system))] };
    });
  const systems = [...new Set(members.map((one) => one.system))].sort();
  return { families, systems, cut: more };
}

type Wanted = "" | "none" | "one" | "many";

function fits(systems: string[], wanted: Wanted, system: string): boolean {
  if (system !== "" && !systems.includes(system)) return false;
  if (wanted === "none") return systems.length === 0;
  if (wanted === "one") return systems.length === 1;
  return wanted === "" || systems.length >= 2;
}

export function TeamScreen(props: { reviewer: boolean }): JSX.Element {
  const load = useLoad(loadComposition, "composition");
  return (
    <Frame here="team" reviewer={props.reviewer} lead={t("steer_team_lead")}>
      <Await of={load}>{(all) => <Teams all={all} />}</Await>
    </Frame>
  );
}

function Teams(props: { all: Composition }): JSX.Element {
  const { all } = props;
  const [wanted, setWanted] = useState<Wanted>("");
  const [system, setSystem] = useState("");
  const [shown, setShown] = useState(SHOWN);
  const fitting = all.families.filter((one) => fits(one.systems, wanted, system));
  const many = all.families.filter((one) => one.systems.length >= 2).length;
  const none = all.families.filter((one) => one.members.length === 0).length;
  const content = (): string =>
    csv([
      [t("steer_family"), t("steer_member"), t("steer_profession"), t("steer_system"),
       t("steer_body")],
      ...fitting.flatMap((one) =>
        one.members.map((who) => [
          one.dossier.title, who.name, who.profession, who.system, who.organization,
        ]),
      ),
    ]);
  return (
    <>
      <dl class="gauges">
        <div>
          <dt>{t("steer_em_many")}</dt>
          <dd>{many}</dd>
        </div>
        <div>
          <dt>{t("steer_em_one")}</dt>
          <dd>{all.families.length - many - none}</dd>
        </div>
        <div>
          <dt>{t("steer_em_none")}</dt>
          <dd>{none}</dd>
        </div>
      </dl>
      <div class="two no-print">
        <Select
          id="em-wanted"
          label={t("steer_em_which")}
          all={t("steer_all")}
          value={wanted}
          options={[
            ["many", t("steer_em_many")],
            ["one", t("steer_em_one")],
            ["none", t("steer_em_none")],
          ]}
          onChange={(value) => setWanted(value as Wanted)}
        />
        <Select
          id="em-system"
          label={t("steer_em_with")}
          all={t("steer_all")}
          value={system}
          options={all.systems.map((one): [string, string] => [one, one])}
          onChange={setSystem}
        />
      </div>
      <TakeAway name={t("steer_team_file")} content={content} />
      <Section title={t("nav_families")} count={fitting.length}>
        {fitting.length === 0 && <Empty>{t("nothing_here")}</Empty>}
        {fitting.slice(0, shown).map((one) => (
          <div class="card-box" key={one.dossier.id}>
            <div class="card-head">
              <a class="card-name" href={to("dossier", one.dossier.id)}>
                {one.dossier.title}
              </a>
              {one.members.length === 0 ? (
                <Mark tone="neutral">{t("steer_em_none")}</Mark>
              ) : (
                <Mark tone={one.systems.length >= 2 ? "success" : "warning"}>
                  {t(one.systems.length >= 2 ? "steer_em_many" : "steer_em_one")}
                </Mark>
              )}
            </div>
            {one.members.length > 0 && (
              <ul class="plain">
                {one.members.map((who) => (
                  <li key={who.id}>
                    <a href={to("record", who.id)}>{who.name}</a>
                    <span class="muted">
                      {" "}
                      {[who.profession, who.system, who.organization].filter(Boolean).join(" · ")}
                    </span>
                  </li>
                ))}
              </ul>
            )}
          </div>
        ))}
        <MoreButton left={fitting.length - shown} onMore={() => setShown(shown + SHOWN)} />
      </Section>
      {all.cut && <p class="muted">{t("steer_cut", { n: MEMBERS_MAX })}</p>}
    </>
  );
}
