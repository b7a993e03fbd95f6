import type { Warning } from "../results/warning.ts";
import { listed, type Mark, policyName, resourcesText } from "./phrases.ts";

type DeniedWarning = Extract<Warning, { kind: "denied" }>;
type CutOffWarning = Extract<Warning, { kind: "cut-off" }>;
type LockedWarning = Extract<Warning, { kind: "locked" }>;
type UnfinishedWarning = Extract<Warning, { kind: "unfinished" }>;
type AccessEndWarning = Extract<Warning, { kind: "access-ends" }>;
type InTheWay = Extract<Warning, { kind: "name-in-the-way" }>["resources"];
type Targets = Extract<Warning, { kind: "no-full-access" }>["targets"];

/** The text about a developer whom a policy shuts out, and the command to run. */
export function deniedText({ quarantine, developer, resource, policies }: DeniedWarning, mark: Mark): string {
  const [what, whom] = [listed(policies.map(policyName), mark), resourcesText([resource], mark)];
  if (quarantine) {
    const revoke = mark(`mfa-admin revoke-keys ${developer}`);
    return `AWS has put ${whom} under quarantine (${what}): an access key of ${mark(developer)} was found in public. Run ${revoke} now; then take the policy off in AWS.`;
  }
  const shut = `${whom} has what only denies: ${what}. Somebody has shut ${mark(developer)} out.`;
  return `${shut} ${mark("mfa-admin up")} leaves it there; ${mark(`mfa-admin up --lift-denials ${developer}`)} takes it off.`;
}

/** The text about a removal that was not finished, or whose developer was put back on the roster. */
export function cutOffText({ developer, resources }: CutOffWarning, mark: Mark): string {
  const [remove, lift] = [
    mark(`mfa-admin remove-developer ${developer}`),
    mark(`mfa-admin up --lift-denials ${developer}`),
  ];
  return `${mark(developer)} is on the roster, and was cut off by ${remove}: nothing at all is allowed to ${resourcesText(resources, mark)}. Run it again to finish the removal, or ${lift} to let ${mark(developer)} in again.`;
}

/** The text about what a run was at work on when it died, and what puts it right. */
export function unfinishedText(
  { resources }: Pick<UnfinishedWarning, "resources">,
  mark: Mark,
): { fact: string; remedy: string } {
  return {
    fact: `A run died while it was at work on ${resourcesText(resources, mark)}: AWS may have made the change or not, and what is told here goes by the state.`,
    remedy: `${mark("mfa-admin up")} reads it from AWS first, and puts it right.`,
  };
}

/** The text about the end of somebody's access, and how to extend it. */
export function accessEndText({ developer, accounts, until, end, ends }: AccessEndWarning, mark: Mark): string {
  const where = accounts.length === 0 ? "" : ` to ${listed(accounts, mark)}`;
  const account = accounts.length === 1 ? ` --account ${accounts[0] ?? ""}` : "";
  const extend = mark(`mfa-admin extend ${developer}${account} --until DAY`);
  if (ends === "soon")
    return `The access of ${mark(developer)}${where} ends after ${until}, at ${end}. ${extend} lets it go on.`;
  return `The access of ${mark(developer)}${where} ended after ${until}, at ${end}: the policies refuse it, and ${mark("mfa-admin up")} removes what is left. Take it out of ${mark("developers")} then, or run ${extend}.`;
}

/** The text about locked developers, the reason, and how the lock ends. */
export function lockedText({ developers, all, since, until, reason }: LockedWarning, mark: Mark): string {
  const [are, them] = developers.length === 1 ? ["is", mark(developers[0] ?? "")] : ["are", "them"];
  const why = reason === undefined ? "" : ` (${mark(reason)})`;
  const end = until === undefined ? "" : ` It ends by itself at ${until}.`;
  const unlock = all
    ? "mfa-admin unlock --all"
    : `mfa-admin unlock ${developers.length === 1 ? (developers[0] ?? "") : "NAME"}`;
  return `${listed(developers, mark)} ${are} locked since ${since}${why}: nothing at all is allowed to ${them}.${end} ${mark(unlock)} lets ${them} in again.`;
}

/** The text about names that can neither be made nor be adopted. */
export function inTheWayText(resources: InTheWay, mark: Mark): string {
  return resources
    .map(({ found, path, ...resource }) => {
      const what = `${resource.type} ${mark(found)} in ${mark(resource.account)}`;
      return found === resource.name
        ? `AWS has the ${what} under the path ${mark(path)}, where the stack does not look for it, and takes no other of that name.`
        : `AWS has the ${what}, which IAM takes for the same name as ${mark(resource.name)}.`;
    })
    .join(" ");
}

/** The remedy, since `--adopt` does not help. */
export function inTheWayAdvice(resources: InTheWay, mark: Mark): string {
  return resources
    .map(({ type, found, account }) => {
      if (type === "user") return `Write ${mark(found)} in the settings, as AWS has it, or delete that user in AWS.`;
      const remove = `Delete the ${type} ${mark(found)} in ${mark(account)}`;
      return type === "role" ? `${remove}, or choose another rolePrefix.` : `${remove}.`;
    })
    .join(" ");
}

export function noFullAccessText(targets: Targets, mark: Mark): string {
  const names = targets.map(({ id, name }) => (id === name ? mark(id) : `${mark(name)} (${id})`));
  const attach = targets.map(({ id }) =>
    mark(`aws organizations attach-policy --policy-id p-FullAWSAccess --target-id ${id}`),
  );
  return `FullAWSAccess is not attached to ${listed(names, (name) => name)}, nor is a policy in its place: nothing at all is allowed there. Run ${attach.join("; ")}.`;
}
