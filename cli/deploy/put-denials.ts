import { setTimeout } from "node:timers/promises";

import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  type IAMClient,
  NoSuchEntityException,
  PutGroupPolicyCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";

import { isTransient } from "../../infra/errors.ts";
import { trustPolicyName } from "../../infra/names.ts";
import { denyEverything } from "../../infra/policies.ts";
import type { Denying } from "../engine/denials-in-aws.ts";
import { wordsOf } from "../aws/error-words.ts";

/** One policy, boundary, group or trust policy that only denies, and the command that restores it. */
export interface Denial {
  /** The denial's name or ARN. */
  policy: string;
  command: PutCommand;
  /** The command to use where AWS refuses the first: the number of managed policies on a role is limited. */
  instead?: PutCommand;
}

export type PutCommand =
  | AddUserToGroupCommand
  | AttachGroupPolicyCommand
  | AttachRolePolicyCommand
  | AttachUserPolicyCommand
  | PutGroupPolicyCommand
  | PutRolePermissionsBoundaryCommand
  | PutRolePolicyCommand
  | PutUserPermissionsBoundaryCommand
  | PutUserPolicyCommand
  | UpdateAssumeRolePolicyCommand;

/** @param documents the documents of the account's managed policies by ARN, without AWS's own policies */
export function denialsToPut(
  { type, name }: { type: string; name: string },
  { managed, inline, groups, boundary, trust }: Denying,
  documents: Map<string, unknown>,
): Denial[] {
  const put = commandsFor(type, name);
  return [
    ...(boundary === undefined ? [] : [{ policy: boundary, command: put.boundary(boundary) }]),
    ...(trust === undefined ? [] : [{ policy: trustPolicyName, command: put.trust(JSON.stringify(trust)) }]),
    ...inline.map((policy) => ({
      policy: policy.name,
      command: put.inline(policy.name, JSON.stringify(policy.document)),
    })),
    ...managed.map((policy) => ({
      policy,
      command: put.managed(policy),
      instead: put.inline(policy.replace(/^.*\//, ""), JSON.stringify(documents.get(policy) ?? denyEverything())),
    })),
    ...groups.map((policy) => ({ policy, command: put.group(policy) })),
  ];
}

function commandsFor(type: string, name: string) {
  const [user, group, role] = [{ UserName: name }, { GroupName: name }, { RoleName: name }];
  const boundaryOf = (PermissionsBoundary: string) =>
    type === "user"
      ? new PutUserPermissionsBoundaryCommand({ ...user, PermissionsBoundary })
      : new PutRolePermissionsBoundaryCommand({ ...role, PermissionsBoundary });
  return {
    boundary: boundaryOf,
    trust: (PolicyDocument: string) => new UpdateAssumeRolePolicyCommand({ ...role, PolicyDocument }),
    inline(PolicyName: string, PolicyDocument: string) {
      const policy = { PolicyName, PolicyDocument };
      if (type === "user") return new PutUserPolicyCommand({ ...user, ...policy });
      if (type === "group") return new PutGroupPolicyCommand({ ...group, ...policy });
      return new PutRolePolicyCommand({ ...role, ...policy });
    },
    managed(PolicyArn: string) {
      if (type === "user") return new AttachUserPolicyCommand({ ...user, PolicyArn });
      if (type === "group") return new AttachGroupPolicyCommand({ ...group, PolicyArn });
      return new AttachRolePolicyCommand({ ...role, PolicyArn });
    },
    group: (GroupName: string) => new AddUserToGroupCommand({ ...user, GroupName }),
  };
}

/** The number of attempts of a call: IAM does not know a new identity everywhere at once. */
const tries = 4;

/** Restores a denial. @returns AWS's error; undefined where it is restored */
export async function putDenial(iam: IAMClient, { command, instead }: Denial): Promise<unknown> {
  const refused = await patiently(iam, command);
  if (refused === undefined || instead === undefined || refused instanceof NoSuchEntityException) return refused;
  return (await patiently(iam, instead)) === undefined ? undefined : refused;
}

async function patiently(iam: IAMClient, command: PutCommand): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    try {
      // The cast picks one overload of `send`; the command is sent as it is.
      await iam.send(command as PutUserPolicyCommand);
      return undefined;
    } catch (error) {
      const isPassing = error instanceof NoSuchEntityException || isTransient(wordsOf(error));
      if (!isPassing || attempt === tries) return error;
      await setTimeout(500 * 2 ** attempt);
    }
  }
}

/** The same command for the AWS CLI: "aws iam attach-role-policy --role-name developer-bob --policy-arn …" */
export function asTyped(command: PutCommand): string {
  const action = command.constructor.name.replace(/Command$/, "");
  const options = Object.entries(command.input).map(([key, value]) => `--${dashed(key)} ${quoted(String(value))}`);
  return ["aws iam", dashed(action), ...options].join(" ");
}

const dashed = (name: string): string => name.replace(/\B[A-Z]/g, (letter) => `-${letter}`).toLowerCase();

const quoted = (text: string): string =>
  /^[\w:/.@,+=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
