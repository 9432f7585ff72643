// Roles are configuration: those that come with the program have names here, others their own.
import { t, type Word } from "../words";
import { steerIt } from "./steer.it";

export function roleName(role: string): string {
  const word = `role_${role}`;
  return word in steerIt ? t(word as Word) : role;
}
