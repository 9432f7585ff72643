// What there is in the territory for somebody: by municipality, need, support and age, offline too.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useLoad } from "../core/hooks";
import { callTo, codesOf, fieldsOf, findOffers, type Offer, type Wanted } from "../core/network";
import type { Code } from "../core/types";
import { Select } from "../parts/finding";
import { Await, Empty, Failed, Mark, Title } from "../parts/parts";
import { to } from "../router";
import { count, t } from "../words";

const NOTHING: Wanted = { commune: "", need: "", support: "", age: "" };
const WAIT_MS = 200;

const optionsOf = (codes: Code[]): [string, string][] =>
  codes.map(({ code, label }) => [code, label]);

const isAnything = (wanted: Wanted): boolean => Object.values(wanted).every((one) => one === "");

interface Lists {
  communes: Code[];
  needs: Code[];
  supports: Code[];
}

async function loadLists(): Promise<Lists> {
  const fields = await fieldsOf("service_offer");
  return {
    communes: codesOf(fields, "communes"),
    needs: codesOf(fields, "needs"),
    supports: codesOf(fields, "supports"),
  };
}

export function ServicesScreen(props: { commune: string }): JSX.Element {
  const lists = useLoad(loadLists, "lists");
  return (
    <>
      <Title text={t("services")} lead={t("services_lead")} back={["families"]} />
      <Await of={lists}>{(known) => <Finder lists={known} commune={props.commune} />}</Await>
    </>
  );
}

/** A moment after the last letter. */
function useSettled(wanted: Wanted): Wanted {
  const [settled, setSettled] = useState(wanted);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(wanted), WAIT_MS);
    return () => clearTimeout(timer);
  }, [wanted]);
  return settled;
}

function Finder(props: { lists: Lists; commune: string }): JSX.Element {
  const [wanted, setWanted] = useState<Wanted>({ ...NOTHING, commune: props.commune });
  const settled = useSettled(wanted);
  const found = useLoad(() => findOffers(settled), JSON.stringify(settled));
  const set = (change: Partial<Wanted>): void => setWanted({ ...wanted, ...change });
  return (
    <>
      <form class="form filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <Select
          id="s-commune"
          label={t("services_commune")}
          all={t("services_any")}
          options={optionsOf(props.lists.communes)}
          value={wanted.commune}
          onChange={(commune) => set({ commune })}
        />
        <Select
          id="s-need"
          label={t("services_need")}
          all={t("services_any")}
          options={optionsOf(props.lists.needs)}
          value={wanted.need}
          onChange={(need) => set({ need })}
        />
        <Select
          id="s-support"
          label={t("services_support")}
          all={t("services_any")}
          options={optionsOf(props.lists.supports)}
          value={wanted.support}
          onChange={(support) => set({ support })}
        />
        <div class="field">
          <label for="s-age">{t("services_age")}</label>
          <input
            id="s-age"
            class="form-control"
            inputMode="numeric"
            maxLength={3}
            value={wanted.age}
            onInput={(event) => set({ age: event.currentTarget.value.replace(/\D/g, "") })}
          />
        </div>
      </form>
      {found.data !== null && <Failed error={found.error} />}
      <Await of={found}>
        {({ offers, not_open }) => (
          <>
            <div role="status">
              {offers.length === 0 && (
                <Empty>{t(isAnything(settled) ? "services_empty" : "services_none")}</Empty>
              )}
            </div>
            <ul class="cards">
              {offers.map((one) => (
                <OfferCard key={one.id} offer={one} />
              ))}
            </ul>
            {Number(not_open) > 0 && (
              <p class="muted">
                {count(Number(not_open), "services_not_open_one", "services_not_open")}
              </p>
            )}
          </>
        )}
      </Await>
    </>
  );
}

function OfferCard(props: { offer: Offer }): JSX.Element {
  const { offer } = props;
  const told: [string, string | undefined][] = [
    [t("services_when"), offer.schedule],
    [t("services_who"), offer.eligibility],
    [t("services_cost"), offer.fees],
  ];
  return (
    <li class="card-box">
      <div class="card-head">
        <a class="card-name" href={to("record", offer.id)}>
          {offer.title}
        </a>
        {offer.near && <Mark tone="success">{t("services_near")}</Mark>}
      </div>
      <p class="card-text muted">{[offer.provider, offer.address].filter(Boolean).join(" · ")}</p>
      {told.map(
        ([label, text]) =>
          text && (
            <p class="card-text" key={label}>
              <span class="muted">{label}:</span> {text}
            </p>
          ),
      )}
      <div class="buttons">
        {offer.phones.map((number) => (
          <a key={number} class="btn btn-outline-primary" href={callTo(number)}>
            {t("contact_call", { number })}
          </a>
        ))}
        {offer.website && /^https?:\/\//.test(offer.website) && (
          <a class="btn btn-outline-primary" href={offer.website} target="_blank" rel="noreferrer">
            {t("services_site")}
          </a>
        )}
      </div>
    </li>
  );
}
