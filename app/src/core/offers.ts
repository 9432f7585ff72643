// The services of the territory, as the network's people wrote them: searched without a network.
import { read } from "./core";
import type { Code, RecordType } from "./types";

export interface Offer {
  id: string;
  short: string;
  title: string;
  provider?: string;
  /** Of the commune that was asked for, not only of its area. */
  near: boolean;
  schedule?: string;
  eligibility?: string;
  fees?: string;
  address?: string;
  website?: string;
  phones: string[];
}

export interface Wanted {
  commune: string;
  need: string;
  support: string;
  age: string;
}

export interface Lists {
  communes: Code[];
  needs: Code[];
  supports: Code[];
}

export async function loadLists(): Promise<Lists> {
  const { type } = await read<{ type: RecordType }>("schema.type", { type: "service_offer" });
  const codes = (name: string): Code[] =>
    type.fields.find((one) => one.name === name)?.codes ?? [];
  return { communes: codes("communes"), needs: codes("needs"), supports: codes("supports") };
}

export async function findOffers(wanted: Wanted): Promise<{ offers: Offer[]; notOpen: number }> {
  const given = Object.entries(wanted).filter(([, value]) => value !== "");
  const reply = await read<{ offers: Offer[]; not_open: string }>(
    "offer.search",
    Object.fromEntries(
      given.map(([name, value]) => [name, name === "age" ? Number(value) : value]),
    ),
  );
  return { offers: reply.offers, notOpen: Number(reply.not_open) };
}
