// Everything the app says in English: one file of words for each part of it.
import type { Word } from "./words";
import { budgetEn } from "./words/budget.en";
import { commonEn } from "./words/common.en";
import { fieldEn } from "./words/field.en";
import { filesEn } from "./words/files.en";
import { networkEn } from "./words/network.en";
import { openingsEn } from "./words/openings.en";
import { paperEn } from "./words/paper.en";
import { reportsEn } from "./words/reports.en";
import { reviewEn } from "./words/review.en";
import { staffEn } from "./words/staff.en";
import { startEn } from "./words/start.en";
import { steerEn } from "./words/steer.en";
import { tabletEn } from "./words/tablet.en";

export const en: Record<Word, string> = {
  ...commonEn,
  ...startEn,
  ...fieldEn,
  ...reviewEn,
  ...tabletEn,
  ...reportsEn,
  ...filesEn,
  ...budgetEn,
  ...networkEn,
  ...openingsEn,
  ...paperEn,
  ...steerEn,
  ...staffEn,
};
