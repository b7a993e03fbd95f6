import * as z from "zod";

/** Messages about wrong settings, in the words of the person who edits the file: what was written, and what to write instead. */

/** An issue as the schema raises it, before it has a message. */
type Raw = Pick<z.core.$ZodRawIssue, "code" | "input">;
type Complaint = { error: (issue: Raw) => string | undefined };

/** Messages for issues that the schema has no message of its own for. */
export function describeProblem(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "unrecognized_keys") return "there is no such key";
  if (issue.code === "invalid_key") return issue.issues[0]?.message;
  if (issue.code !== "invalid_type") return undefined;
  const { input, expected } = issue;
  if (input === undefined) return "this key is missing";
  if (expected === "string" && isQuotable(input)) return inQuotes(input);
  return `this must be ${kinds[expected] ?? expected}${butNot(input)}${withoutQuotes(input, expected)}`;
}

const kinds: Partial<Record<string, string>> = {
  string: "text",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  record: "a map",
};

/** A text of a given form: "an AWS account id has exactly 12 digits, not 1234-5678-9012; write …". */
export function formedText(form: RegExp, rule: string, meant: (text: string) => string | undefined = () => undefined) {
  const complaint: Complaint = {
    error: ({ input }) => {
      if (input === undefined) return undefined;
      if (isQuotable(input) && form.test(String(input))) return inQuotes(input);
      const better = typeof input === "string" ? meant(input.normalize("NFKC")) : undefined;
      return `${rule}${butNot(input)}${better === undefined ? "" : `; write ${better}`}`;
    },
  };
  return z.string(complaint).regex(form, complaint);
}

/** The message for a text that is too long. */
export function atMost(length: number, rule: string): Complaint {
  return { error: ({ input }) => `${rule} has ${length} characters at most, not ${(input as string).length}` };
}

/** A whole number in a range; the message for any other value has the whole range. */
export function wholeNumber(min: number, max: number, unit: string) {
  const complaint: Complaint = {
    error: ({ input }) =>
      input === undefined
        ? undefined
        : `this must be a whole number of ${unit} from ${min} to ${max}${butNot(input)}${withoutQuotes(input, "number")}`,
  };
  return z.int(complaint).min(min, complaint).max(max, complaint);
}

/** A list; the message for any other value describes it. */
export function listSetting<T extends z.ZodType>(entry: T, what: string) {
  return z.array(entry, wanted(`a list ${what}`, entry));
}

/**
 * The message for a value that is no list or map: what is expected, with an example.
 *
 * @param entry the schema of a list's entries
 */
export function wanted(what: string, entry?: z.ZodType): Complaint {
  return {
    error: ({ code, input }) => {
      if (code !== "invalid_type" || input === undefined) return undefined;
      return `this must be ${what}${butNot(input)}${typeof input === "string" ? asCollection(input, entry) : ""}`;
    },
  };
}

/** The advice by which a text becomes the list or map that was meant. */
function asCollection(input: string, entry: z.ZodType | undefined): string {
  if (/^\s*[[{]/.test(input)) return "; it is text by its quotes, or by a | before it: take them away";
  if (/^-\S/.test(input)) return "; an entry of a list begins with a hyphen and a space";
  if (/^[^\s:]+:["'{[\d]/.test(input)) return "; a colon and a space make a key of what stands before them";
  return /^[^\s,"'[\]{}*]+$/.test(input) && entry?.safeParse(input).success === true ? `; write [${input}]` : "";
}

function withoutQuotes(input: unknown, expected: string): string {
  const form = { number: /^(?:0|[1-9]\d{0,14})$/, boolean: /^(?:true|false)$/ }[expected];
  return typeof input === "string" && form?.test(input) === true ? "; write it without quotes" : "";
}

function isQuotable(input: unknown): input is number | boolean {
  return typeof input === "number" || typeof input === "boolean";
}

const inQuotes = (input: number | boolean): string =>
  `this must be text, not ${typeof input === "number" ? "a number" : "true or false"}; write it in quotes: "${input}"`;

/** The second half of a message: the value that is there instead. */
function butNot(input: unknown): string {
  return input === null ? "; nothing stands here" : `, not ${shownValue(input)}`;
}

/** A value as it was written, cut to fit on a line. Quotes are shown where they, or spaces, matter. */
export function shownValue(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (typeof value !== "string") return `${value as number | boolean}`;
  const cut = value.length > 60 ? `${value.slice(0, 60)}…` : value;
  const isPlain = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]+(?: [\p{L}\p{M}\p{N}\p{P}\p{S}]+)*$/u.test(cut);
  return isPlain && !/^(?:0|[1-9]\d{0,14}|true|false)$/.test(cut) ? cut : escaped(cut);
}

function escaped(value: string): string {
  return JSON.stringify(value).replace(
    /(?! )[\p{C}\p{Z}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}

/** The first issue of each key: further issues there follow from it. */
export function oncePerKey<T extends { path: PropertyKey[] }>(issues: T[]): T[] {
  const seen = new Set<string>();
  return issues.filter(({ path }) => {
    const key = JSON.stringify(path.map(String));
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
