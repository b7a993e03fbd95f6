/** The properties of a resource, as Cloud Control's desired state writes them. */
export type Model = Record<string, unknown>;

export const text = (model: Model, property: string): string | undefined => {
  const value = model[property];
  return typeof value === "string" ? value : undefined;
};

export const requiredText = (model: Model, property: string): string => {
  const value = text(model, property);
  if (value === undefined) throw new Error(`${property} is not a string`);
  return value;
};

export const texts = (model: Model, property: string): string[] => {
  const value = model[property];
  return Array.isArray(value) ? value.map(String) : [];
};

/** A policy document, which may be given as an object or as text. */
export const document = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** Key-value lists such as Tags. */
export const tagsOf = (model: Model): Map<string, string> =>
  new Map(structures(model, "Tags").map((tag) => [requiredText(tag, "Key"), requiredText(tag, "Value")]));

/** Inline policies by name. */
export const inlinePoliciesOf = (model: Model): Map<string, string> =>
  new Map(
    structures(model, "Policies").map((policy) => [
      requiredText(policy, "PolicyName"),
      document(policy["PolicyDocument"]),
    ]),
  );

/** A model without properties that have no value, as a handler returns it. */
export function compact(model: Model): Model {
  return Object.fromEntries(
    Object.entries(model).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  );
}

function structures(model: Model, property: string): Model[] {
  const value = model[property];
  return Array.isArray(value) ? (value as Model[]) : [];
}
