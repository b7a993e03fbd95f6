import type { Model } from "./model.ts";

/**
 * Of what a resource has, what was asked for through Cloud Control: the handler takes that off before it deletes the
 * resource, while anything added by others stays in the way.
 */
export function declaredPart(actual: Model, declared: Model): Model {
  return Object.fromEntries(
    Object.keys(declared)
      .filter((property) => property in actual)
      .map((property) => [
        property,
        items(actual, property)?.filter((item) => has(declared, property, item)) ?? actual[property],
      ]),
  );
}

/** What is declared after an update: what was before and still is, and what the update has added. */
export function declaredAfter(declared: Model, before: Model, after: Model): Model {
  return Object.fromEntries(
    Object.keys(after).map((property) => [
      property,
      items(after, property)?.filter((item) => has(declared, property, item) || !has(before, property, item)) ??
        after[property],
    ]),
  );
}

function items(model: Model, property: string): unknown[] | undefined {
  const value = model[property];
  return Array.isArray(value) ? value : undefined;
}

function has(model: Model, property: string, item: unknown): boolean {
  return items(model, property)?.some((other) => identity(other) === identity(item)) ?? false;
}

/** Inline policies and tags are told apart by name and key, everything else by its value. */
function identity(item: unknown): unknown {
  if (typeof item !== "object" || item === null) return item;
  const { PolicyName, Key } = item as Model;
  return PolicyName ?? Key;
}
