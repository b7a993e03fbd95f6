import {
  GetLoginProfileCommand,
  type IAMClient,
  ListServiceSpecificCredentialsCommand,
  ListSigningCertificatesCommand,
  ListSSHPublicKeysCommand,
  NoSuchEntityException,
} from "@aws-sdk/client-iam";
import pMap from "p-map";

import { accessKeysOf } from "../../infra/access-keys.ts";
import { assignmentTags } from "../../infra/assignment.ts";
import { mfaDevicesOf } from "../../infra/mfa-devices.ts";
import { developersGroup, policyArnIn } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { iamIn } from "../aws/clients.ts";
import type { Identity } from "../aws/identities.ts";
import type { Look } from "../aws/look.ts";
import { givenIn } from "../changes/given.ts";
import { identityKey } from "../changes/step.ts";
import type { StackChanges, StackResource, Takeover } from "../changes/resource.ts";
import { type Denying, denyingIn, denyingOn } from "../engine/denials-in-aws.ts";
import { isAdoptable, type Taken } from "./taken-names.ts";
import { principalsOf } from "./trust.ts";

/** The changes, in which resources that AWS has already are taken over instead of created. */
export async function withTakeovers(
  changes: StackChanges,
  taken: Taken[],
  look: Look,
  settings: Settings,
): Promise<StackChanges> {
  const byKey = new Map(taken.filter(isAdoptable).map((one) => [identityKey(one), one]));
  const resources = await pMap(
    changes.resources,
    async (resource): Promise<StackResource> => {
      // A replacement deletes the old resource, so it is none. A user that somebody has made again is taken over though the state
      // shows no change.
      const one = resource.operation === "replace" ? undefined : byKey.get(identityKey(resource));
      if (one === undefined) return resource;
      return { ...resource, operation: "adopt", takeover: await takeoverOf(one, look, settings) };
    },
    { concurrency: 8 },
  );
  return { ...changes, resources };
}

async function takeoverOf({ account, type, name, found }: Taken, look: Look, settings: Settings): Promise<Takeover> {
  if (type === "own service control policy") {
    return { keeps: [], loses: ["what its text says otherwise", "where else it is attached"] };
  }
  if (found === undefined) return policyTakeover(look, settings);
  // Denials are restored after the run, as on every resource of the stack.
  const denying = denyingOn(found, denyingIn(look.identities.get(account) ?? []), givenIn(settings));
  const [denials, others] = [denialsOf(denying), withoutDenying(found, denying)];
  switch (type) {
    case "user": {
      const iam = iamIn(settings.authAccount, settings);
      return { keeps: [...(await credentialsOf(iam, name)), ...denials], loses: userLosses(others, settings) };
    }
    case "role":
      return { keeps: ["sessions that live on", ...denials], loses: roleLosses(others, account, settings) };
    case "group":
      return { keeps: [...membersOf(name, look), ...denials], loses: groupLosses(others, settings) };
    default:
      return { keeps: ["what it is attached to"], loses: ["what it says now"] };
  }
}

function policyTakeover({ shield }: Look, { organizationalUnits }: Settings): Takeover {
  const targets = shield?.targets ?? [];
  return {
    keeps: targets.filter((id) => organizationalUnits.includes(id)).map((id) => `attached to ${id}`),
    loses: [
      "what it says now",
      ...targets.filter((id) => !organizationalUnits.includes(id)).map((id) => `attached to ${id}`),
    ],
  };
}

/** The user's credentials and devices, which the stack keeps. */
async function credentialsOf(iam: IAMClient, userName: string): Promise<string[]> {
  const user = { UserName: userName };
  const [keys, password, devices, { ServiceSpecificCredentials = [] }, { SSHPublicKeys = [] }, { Certificates = [] }] =
    await Promise.all([
      accessKeysOf(iam, userName),
      passwordDate(iam, userName),
      mfaDevicesOf(iam, userName),
      iam.send(new ListServiceSpecificCredentialsCommand(user)),
      iam.send(new ListSSHPublicKeysCommand(user)),
      iam.send(new ListSigningCertificatesCommand(user)),
    ]);
  return [
    ...keys.map(({ AccessKeyId = "", CreateDate, Status }) => {
      const inactive = Status === "Inactive" ? ", inactive" : "";
      return `access key ${AccessKeyId} of ${day(CreateDate)}${inactive}`;
    }),
    ...(password === undefined ? [] : [`password of ${day(password)}`]),
    ...devices.map(({ serialNumber }) => `MFA device ${serialNumber.replace(/^.*[:/]/, "")}`),
    ...ServiceSpecificCredentials.map(
      ({ ServiceName, CreateDate }) => `credential for ${ServiceName ?? "a service"} of ${day(CreateDate)}`,
    ),
    ...SSHPublicKeys.map(({ SSHPublicKeyId = "", UploadDate }) => `SSH key ${SSHPublicKeyId} of ${day(UploadDate)}`),
    ...Certificates.map(
      ({ CertificateId = "", UploadDate }) => `signing certificate ${CertificateId} of ${day(UploadDate)}`,
    ),
  ];
}

async function passwordDate(iam: IAMClient, UserName: string): Promise<Date | undefined> {
  try {
    const { LoginProfile } = await iam.send(new GetLoginProfileCommand({ UserName }));
    return LoginProfile?.CreateDate;
  } catch (error) {
    if (error instanceof NoSuchEntityException) return undefined;
    throw error;
  }
}

const day = (date: Date | undefined): string => date?.toISOString().slice(0, 10) ?? "unknown age";

function userLosses(user: Identity, settings: Settings): string[] {
  const tags = Object.keys({ ...settings.tags, ...assignmentTags(settings, user.name) });
  return [
    ...policiesOf(user, []),
    ...user.groups.filter((group) => group !== developersGroup).map((group) => `group ${group}`),
    ...(user.boundary === undefined ? [] : [boundaryText(user.boundary)]),
    ...(user.path === "/" ? [] : [`path ${user.path}`]),
    ...tagsOf(user, tags),
  ];
}

function roleLosses(role: Identity, account: string, settings: Settings): string[] {
  const { developmentAccounts, permissions, permissionsBoundary, tags, authAccount } = settings;
  const inAccount = (arn: string): string => policyArnIn(developmentAccounts[account] ?? "", arn);
  const boundary = permissionsBoundary === undefined ? undefined : inAccount(permissionsBoundary);
  const developer = role.name.slice(settings.rolePrefix.length + 1);
  const others = principalsOf(role.document).filter((arn) => arn !== `arn:aws:iam::${authAccount}:user/${developer}`);
  return [
    ...policiesOf(role, permissions.map(inAccount)),
    ...(role.boundary === undefined || role.boundary === boundary ? [] : [boundaryText(role.boundary)]),
    ...others.map((principal) => `trust in ${principal}`),
    ...tagsOf(role, Object.keys(tags)),
  ];
}

function groupLosses(group: Identity, { authAccount }: Settings): string[] {
  return policiesOf(group, [`arn:aws:iam::${authAccount}:policy/mfa-admin-developer`]);
}

function membersOf(group: string, { identities }: Look): string[] {
  const users = (identities.get("auth") ?? []).filter(({ groups }) => groups.includes(group));
  return users.map(({ name }) => `member ${name}`);
}

/** The denials, in a few words each. */
function denialsOf({ managed, inline, groups, boundary, trust }: Denying): string[] {
  return [
    ...managed.map(managedText),
    ...inline.map(({ name }) => `inline policy ${name}`),
    ...groups.map((group) => `group ${group}`),
    ...(boundary === undefined ? [] : [boundaryText(boundary)]),
    ...(trust === undefined ? [] : ["trust policy, which lets nobody in"]),
  ];
}

function withoutDenying(identity: Identity, { managed, inline, groups, boundary }: Denying): Identity {
  const { boundary: own, ...others } = identity;
  return {
    ...others,
    managedPolicies: identity.managedPolicies.filter((arn) => !managed.includes(arn)),
    inlinePolicies: identity.inlinePolicies.filter((policy) => !inline.includes(policy)),
    groups: identity.groups.filter((group) => !groups.includes(group)),
    ...(own !== undefined && boundary === undefined && { boundary: own }),
  };
}

const managedText = (arn: string): string => `policy ${arn.replace(/^.*:policy\//, "")}`;
const boundaryText = (arn: string): string => `permissions boundary ${arn}`;

function policiesOf({ managedPolicies, inlinePolicies }: Identity, kept: string[]): string[] {
  return [
    ...managedPolicies.filter((arn) => !kept.includes(arn)).map(managedText),
    ...inlinePolicies.map(({ name }) => `inline policy ${name}`),
  ];
}

const tagsOf = ({ tags }: Identity, kept: string[]): string[] =>
  Object.keys(tags)
    .filter((key) => !kept.includes(key))
    .map((key) => `tag ${key}`);
