import { randomBytes, randomInt } from "node:crypto";

const UPPERCASE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LOWERCASE = "abcdefghijklmnopqrstuvwxyz0123456789";

/** The first four letters of an IAM unique id, which tell its kind. */
export type IdPrefix = "AIDA" | "AGPA" | "AROA" | "ANPA" | "ACCA" | "APKA" | "ASCA";

/** A unique id as IAM gives it to users (AIDA…), groups (AGPA…), roles (AROA…) and so on. */
export const uniqueId = (prefix: IdPrefix): string => prefix + random(UPPERCASE, 17);

/** The id of a long-term key (AKIA…) or of temporary credentials (ASIA…). */
export const accessKeyId = (prefix: "AKIA" | "ASIA"): string => prefix + random(UPPERCASE, 16);

export const secretAccessKey = (): string => randomBytes(30).toString("base64");

export const sessionToken = (): string => randomBytes(180).toString("base64");

export const policyId = (): string => `p-${random(LOWERCASE, 8)}`;

function random(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join("");
}
