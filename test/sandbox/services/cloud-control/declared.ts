import type { Model } from "./model.ts";

/**
 * The part of a resource that was requested through Cloud Control. The handler removes it before it deletes the resource, while anything
 * that others have added prevents the deletion.
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

/** The declared properties after an update: those that were declared before and still are, and those that the update has added. */
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

/** The identity of a list's item: the name of an inline policy, the key of a tag, or the value itself. */
function identity(item: unknown): unknown {
  if (typeof item !== "object" || item === null) return item;
  const { PolicyName, Key } = item as Model;
  return PolicyName ?? Key;
}
