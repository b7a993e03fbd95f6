import type { PropertyChange } from "../results/change.ts";

type Exchange = Pick<PropertyChange, "removed" | "added">;

/** The items of a list, or a single value as a list of one; tags as "key=value". */
export function itemsOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map((item: unknown) => {
    if (typeof item !== "object" || item === null) return String(item);
    const { key, value: text, ...rest } = item as { key?: unknown; value?: unknown };
    const isTag = typeof key === "string" && typeof text === "string" && Object.keys(rest).length === 0;
    return isTag ? `${key}=${text}` : JSON.stringify(item);
  });
}

export function exchanged(before: string[], after: string[]): Exchange {
  return {
    removed: before.filter((item) => !after.includes(item)),
    added: after.filter((item) => !before.includes(item)),
  };
}

export const isDifferent = ({ removed, added }: Exchange): boolean => removed.length + added.length > 0;
