// Everything the app says in Italian: one file of words for each part of it.
import { budgetIt } from "./words/budget.it";
import { commonIt } from "./words/common.it";
import { fieldIt } from "./words/field.it";
import { filesIt } from "./words/files.it";
import { networkIt } from "./words/network.it";
import { openingsIt } from "./words/openings.it";
import { paperIt } from "./words/paper.it";
import { reportsIt } from "./words/reports.it";
import { reviewIt } from "./words/review.it";
import { staffIt } from "./words/staff.it";
import { startIt } from "./words/start.it";
import { steerIt } from "./words/steer.it";
import { tabletIt } from "./words/tablet.it";

export const it = {
  ...commonIt,
  ...startIt,
  ...fieldIt,
  ...reviewIt,
  ...tabletIt,
  ...reportsIt,
  ...filesIt,
  ...budgetIt,
  ...networkIt,
  ...openingsIt,
  ...paperIt,
  ...steerIt,
  ...staffIt,
};
