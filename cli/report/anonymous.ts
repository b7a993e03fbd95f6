/** A change without the developer's own name, so that changes that many have in common compare equal. */
export function anonymous<T>(value: T, name: string): T {
  return JSON.parse(JSON.stringify(value), (_key, item: unknown) =>
    typeof item === "string" ? withoutName(item, name) : item,
  ) as T;
}

/** Replaces a name at the end of a text: `developer-bob` becomes `developer-…`. */
function withoutName(text: string, name: string): string {
  if (text === name) return "…";
  return text.endsWith(name) && /[-/]$/.test(text.slice(0, -name.length)) ? `${text.slice(0, -name.length)}…` : text;
}
