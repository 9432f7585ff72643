import type { paperIt } from "./paper.it";

export const paperEn: Record<keyof typeof paperIt, string> = {
  paper_printed: "Printed on {day} by {who}",
  paper_members: "Household",
  pact_objectives: "Objectives",
  pact_supports: "Supports",
  pact_commitments: "Commitments",
  pact_signatures: "Signatures",
  pact_none: "Nothing written.",
  pact_signed: "signed on {day}",
  pact_until: "by {day}",
  pact_from: "from {day}",
  pact_line_family: "For the family",
  pact_line_service: "For the service",
  pact_line_day: "Date",
};
