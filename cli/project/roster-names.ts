import { type Document, isAlias, isMap, isScalar, parse } from "yaml";

/** A name on the roster. */
export interface RosterName {
  /** The name as the CLI reads it. */
  name: string;
  /** All readings of the name, the CLI's included: the engine may have made a user by another one. */
  readings: string[];
}

/** The names on the roster of a settings file, even if the file is invalid otherwise. */
export function rosterNames(document: Document): RosterName[] {
  const node = document.getIn(["config", "mfa-admin:developers"], true);
  const roster = isAlias(node) ? node.resolve(document) : node;
  if (!isMap(roster)) return [];
  return roster.items.flatMap(({ key }) => {
    if (!isScalar(key)) return [];
    const { value, source = "", type } = key;
    if (typeof value !== "string" && typeof value !== "number") return [];
    const name = String(value);
    const readings = type === "PLAIN" ? [name, source, ...olderReading(source)] : [name];
    return [{ name, readings: [...new Set(readings)] }];
  });
}

/** Whether IAM takes two names for the same: it ignores case (IAM API Reference, "CreateUser"). */
export function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** The reading of YAML 1.1, of which the engine's parser keeps the numbers: 0712 is 458. */
function olderReading(source: string): string[] {
  try {
    const value: unknown = parse(source, { version: "1.1" });
    return typeof value === "number" ? [String(value)] : [];
  } catch {
    return [];
  }
}
