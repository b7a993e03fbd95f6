import { type Document, isAlias, isMap, isScalar, parse } from "yaml";

/** A name on the roster. */
export interface RosterName {
  /** As the CLI reads it. */
  name: string;
  /** Every way in which it can be read, this one included: the engine may have made a user by another. */
  readings: string[];
}

/** The names on the roster of a settings file, whatever else is wrong with it. */
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

/** IAM's names are the same whatever their case (IAM API Reference, "CreateUser"). */
export function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** As YAML 1.1 has it, of which the engine's reader keeps the numbers: 0712 is 458. */
function olderReading(source: string): string[] {
  try {
    const value: unknown = parse(source, { version: "1.1" });
    return typeof value === "number" ? [String(value)] : [];
  } catch {
    return [];
  }
}
