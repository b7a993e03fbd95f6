/** Parts of Pulumi's URNs: `urn:pulumi:STACK::PROJECT::PARENT TYPE$TYPE::NAME`, and `::ID` in a reference to a provider. */

/** The type of a developer's component, the parent of their user and roles. */
export const developerComponent = "mfa-admin:index:Developer";

/** A resource, as a step of a run or the state has it. */
interface Located {
  urn: string;
  type: string;
  parent?: string | undefined;
}

/** The resource's name in the Pulumi program. */
export function nameIn(urn: string): string {
  return urn.split("::")[3] ?? urn;
}

/** A key of a map for a resource: its type and its name in the Pulumi program, which together name it there. */
export function keyInProgram(resource: { type: string } & ({ name: string } | { urn: string })): string {
  return `${resource.type} ${"name" in resource ? resource.name : nameIn(resource.urn)}`;
}

/** The resource's own type. */
export function typeIn(urn: string): string {
  return typesIn(urn).split("$").at(-1) ?? "";
}

/** The provider's URN, from a reference to the provider. */
export function providerUrnIn(reference: string): string {
  return reference.split("::").slice(0, 4).join("::");
}

/** The developer of a resource or component, by its URN and its parent's; undefined for what all developers share. */
export function developerIn({ urn, type, parent = "" }: Located): string | undefined {
  const component = [urn, parent].find((candidate) => typesIn(candidate).endsWith(developerComponent));
  if (component !== undefined) return nameIn(component);
  // A resource that a run has left half-way has no parent in the state.
  if (!typesIn(urn).includes(`${developerComponent}$`)) return undefined;
  // A role's name is "dave@sandbox". Users' names may contain an @, accounts' names may not.
  return type === "aws-native:iam:Role" ? nameIn(urn).replace(/@[^@]*$/, "") : nameIn(urn);
}

/** The URN's type, after the types of the parents. */
function typesIn(urn: string): string {
  return urn.split("::")[2] ?? "";
}
