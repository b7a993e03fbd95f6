import { AwsError, validationError } from "./errors.ts";

const NAME = /^[\w+=,.@-]{1,64}$/;

/** The input of an action, read with AWS's validation messages. */
export class Input {
  readonly values: Readonly<Record<string, unknown>>;

  constructor(values: Record<string, unknown>) {
    this.values = values;
  }

  optional(name: string): string | undefined {
    const value = this.values[name];
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : undefined;
  }

  string(name: string): string {
    const value = this.optional(name);
    if (value === undefined) throw constraint("null", name, "Member must not be null");
    return value;
  }

  /** The name of a user, group, role or policy. */
  name(name: string): string {
    const value = this.string(name);
    if (NAME.test(value)) return value;
    throw validationError(
      `The specified value for ${lowerFirst(name)} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
    );
  }

  integer(name: string, fallback: number, minimum: number, maximum: number): number {
    const text = this.optional(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (!Number.isInteger(value)) throw constraint(text, name, "Member must be an integer");
    if (value < minimum) throw constraint(text, name, `Member must have value greater than or equal to ${minimum}`);
    if (value > maximum) throw constraint(text, name, `Member must have value less than or equal to ${maximum}`);
    return value;
  }

  flag(name: string): boolean {
    return this.optional(name) === "true";
  }

  matching(name: string, pattern: RegExp): string {
    const value = this.string(name);
    if (pattern.test(value)) return value;
    throw constraint(value, name, `Member must satisfy regular expression pattern: ${pattern.source}`);
  }

  strings(name: string): string[] {
    const value = this.values[name];
    return Array.isArray(value) ? value.map(String) : [];
  }

  structures(name: string): Input[] {
    const value = this.values[name];
    return Array.isArray(value) ? value.map((item) => new Input(item as Record<string, unknown>)) : [];
  }

  /** A structure as a list of one; empty where it is not given. */
  structure(name: string): Input[] {
    const value = this.values[name];
    return typeof value === "object" && value !== null ? [new Input(value as Record<string, unknown>)] : [];
  }

  /** The `Tags` of the input, as IAM takes them (IAM API Reference, "Tag"). */
  tags(): Map<string, string> {
    const tags = new Map(this.structures("Tags").map((tag) => [tag.string("Key"), tag.string("Value")]));
    const seen = new Set<string>();
    for (const [key, value] of tags) {
      requireTag(key, value);
      const lower = key.toLowerCase();
      if (seen.has(lower)) {
        throw new AwsError("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
      }
      seen.add(lower);
    }
    return tags;
  }
}

function requireTag(key: string, value: string): void {
  if (/^aws:/i.test(key)) {
    throw new AwsError("InvalidInput", "User-defined tag keys can't start with 'aws:'. AWS reserves these prefixes.");
  }
  for (const [name, text, least, most] of [
    ["key", key, 1, 128],
    ["value", value, 0, 256],
  ] as const) {
    const member = `tags.1.member.${name}`;
    if (text.length < least)
      throw constraint(text, member, `Member must have length greater than or equal to ${least}`);
    if (text.length > most) throw constraint(text, member, `Member must have length less than or equal to ${most}`);
    if (/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text)) continue;
    const pattern = `[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]${least === 0 ? "*" : "+"}`;
    throw constraint(text, member, `Member must satisfy regular expression pattern: ${pattern}`);
  }
}

function constraint(value: string, name: string, rule: string) {
  const quoted = value === "null" ? "Value null" : `Value '${value}'`;
  return validationError(
    `1 validation error detected: ${quoted} at '${lowerFirst(name)}' failed to satisfy constraint: ${rule}`,
  );
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
