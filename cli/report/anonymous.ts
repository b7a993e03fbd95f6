/** A change with the developer's own name left out of it, so that what is the same for many can be told once. */
export function anonymous<T>(value: T, name: string): T {
  return JSON.parse(JSON.stringify(value), (_key, item: unknown) =>
    typeof item === "string" ? withoutName(item, name) : item,
  ) as T;
}

/** `developer-bob` becomes `developer-…`. */
function withoutName(text: string, name: string): string {
  if (text === name) return "…";
  return text.endsWith(name) && /[-/]$/.test(text.slice(0, -name.length)) ? `${text.slice(0, -name.length)}…` : text;
}
