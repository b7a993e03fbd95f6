/** What Pulumi's URNs tell: `urn:pulumi:STACK::PROJECT::PARENT TYPE$TYPE::NAME`, and `::ID` in a reference to a provider. */

/** Somebody's component: the user and the roles are below it. */
const developerComponent = "mfa-admin:index:Developer";

/** A resource, as a step of a run or the state has it. */
interface Located {
  urn: string;
  type: string;
  parent?: string | undefined;
}

/** The name that the program has given. */
export function nameIn(urn: string): string {
  return urn.split("::")[3] ?? urn;
}

/** The URN of a provider, of a reference to it. */
export function providerUrnIn(reference: string): string {
  return reference.split("::").slice(0, 4).join("::");
}

/** Whose resource or component it is, by its URN and its parent's; nothing for what all developers share. */
export function developerIn({ urn, type, parent = "" }: Located): string | undefined {
  const component = [urn, parent].find((candidate) => typesIn(candidate).endsWith(developerComponent));
  if (component !== undefined) return nameIn(component);
  // What a run has left half-way has no parent.
  if (!typesIn(urn).includes(`${developerComponent}$`)) return undefined;
  // "dave@sandbox" is a role's; names of users may have an @, those of accounts have none.
  return type === "aws-native:iam:Role" ? nameIn(urn).replace(/@[^@]*$/, "") : nameIn(urn);
}

/** The type with those of its parents before it. */
function typesIn(urn: string): string {
  return urn.split("::")[2] ?? "";
}
