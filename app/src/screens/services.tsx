// The directory of services: which one is near, open, and for this age and need.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useLoad } from "../core/hooks";
import { findOffers, loadLists, type Lists, type Offer, type Wanted } from "../core/offers";
import type { Code } from "../core/types";
import { Await, Empty, Mark, Title } from "../parts/parts";
import { to } from "../router";
import { t } from "../words";

const SHOWN = 50;

export function ServicesScreen(props: { commune: string }): JSX.Element {
  const lists = useLoad(loadLists, "lists of offers");
  const [wanted, setWanted] = useState<Wanted>({
    commune: props.commune,
    need: "",
    support: "",
    age: "",
  });
  const load = useLoad(() => findOffers(wanted), JSON.stringify(wanted));
  return (
    <>
      <Title text={t("services")} lead={t("services_lead")} back={["families"]} />
      <Await of={lists}>
        {(found) => <Asked lists={found} wanted={wanted} onChange={setWanted} />}
      </Await>
      <Await of={load}>
        {({ offers, notOpen }) => (
          <>
            <p class="muted" role="status">
              {t("services_found", { n: offers.length })}
              {notOpen > 0 && ` · ${t("services_closed", { n: notOpen })}`}
            </p>
            {offers.length === 0 && <Empty>{t("services_none")}</Empty>}
            <ul class="cards">
              {offers.slice(0, SHOWN).map((one) => (
                <OfferCard key={one.id} offer={one} />
              ))}
            </ul>
          </>
        )}
      </Await>
    </>
  );
}

function Asked(props: {
  lists: Lists;
  wanted: Wanted;
  onChange: (wanted: Wanted) => void;
}): JSX.Element {
  const { lists, wanted } = props;
  const select = (name: keyof Wanted, label: string, codes: Code[]): JSX.Element => (
    <div class="field">
      <label for={`of-${name}`}>{label}</label>
      <select
        id={`of-${name}`}
        class="form-control"
        value={wanted[name]}
        onChange={(event) => props.onChange({ ...wanted, [name]: event.currentTarget.value })}
      >
        <option value="">{t("report_all")}</option>
        {codes.map((one) => (
          <option key={one.code} value={one.code}>
            {one.label}
          </option>
        ))}
      </select>
    </div>
  );
  return (
    <div class="filters" role="search">
      {select("commune", t("services_commune"), lists.communes)}
      {select("need", t("services_need"), lists.needs)}
      {select("support", t("services_support"), lists.supports)}
      <div class="field">
        <label for="of-age">{t("services_age")}</label>
        <input
          id="of-age"
          class="form-control"
          inputMode="numeric"
          maxLength={3}
          value={wanted.age}
          onInput={(event) => {
            const age = event.currentTarget.value.replace(/\D/g, "");
            props.onChange({ ...wanted, age });
          }}
        />
      </div>
    </div>
  );
}

function OfferCard(props: { offer: Offer }): JSX.Element {
  const { offer } = props;
  const lines = [offer.schedule, offer.eligibility, offer.fees, offer.address].filter(Boolean);
  return (
    <li class="card-box">
      <div class="card-head">
        <a class="card-name" href={to("record", offer.id)}>
          {offer.title}
        </a>
        {offer.near && <Mark tone="success">{t("services_near")}</Mark>}
      </div>
      {offer.provider && <p class="muted">{offer.provider}</p>}
      {lines.map((one) => (
        <p key={one}>{one}</p>
      ))}
      <p class="buttons">
        {offer.phones.map((one) => (
          <a key={one} class="btn btn-outline-primary" href={`tel:${one.replace(/[^+\d]/g, "")}`}>
            {t("services_call", { number: one })}
          </a>
        ))}
        {offer.website && /^https?:\/\//.test(offer.website) && (
          <a class="btn btn-outline-primary" href={offer.website} target="_blank" rel="noreferrer">
            {t("services_site")}
          </a>
        )}
      </p>
    </li>
  );
}
