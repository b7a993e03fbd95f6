import { isDeepStrictEqual } from "node:util";

import { AwsError } from "../../errors.ts";
import type { RoleCaller } from "../../model/caller.ts";
import { newRole } from "../../model/create.ts";
import type { LocalAws } from "../../model/local-aws.ts";
import type { StackInstance, StackResource } from "../../model/stack-sets.ts";
import { managedPolicy } from "../cloud-control/managed-policy.ts";
import { HandlerContext, type ResourceType } from "../cloud-control/resource-type.ts";
import { role } from "../cloud-control/role.ts";
import { Call } from "../service.ts";
import type { Latency } from "../../latency.ts";
import type { TemplateResource } from "./template.ts";

/** The role by which StackSets works in a member account. AWS makes it there, with a name of this form. */
const EXECUTION_ROLE = "stacksets-exec-0123456789abcdef0123456789abcdef";

const TYPES = new Map([role, managedPolicy].map((type) => [type.name, type]));

/** Brings a stack to a template: missing resources are made, differing ones updated, and those no longer in it deleted. */
export async function deployStack(
  { aws, latency }: { aws: LocalAws; latency: Latency },
  instance: StackInstance,
  wanted: Map<string, TemplateResource>,
): Promise<void> {
  const handler = handlerIn(aws, latency, instance.accountId);
  for (const [name, { type: typeName, properties }] of wanted) {
    const known = instance.resources.get(name);
    try {
      await deployResource(handler, typeNamed(typeName), instance, name, { known, properties });
    } catch (error) {
      throw inWordsOfCloudFormation(name, typeName, error);
    }
  }
  for (const [name, resource] of [...instance.resources]) {
    if (wanted.has(name)) continue;
    await deleteResource(handler, resource);
    instance.resources.delete(name);
  }
}

async function deployResource(
  handler: HandlerContext,
  type: ResourceType,
  instance: StackInstance,
  name: string,
  { known, properties }: { known: StackResource | undefined; properties: Record<string, unknown> },
): Promise<void> {
  if (
    known !== undefined &&
    type.createOnly.every((one) => isDeepStrictEqual(known.properties[one], properties[one]))
  ) {
    // CloudFormation compares templates and does not read the resource: changes that others have made stay.
    if (isDeepStrictEqual(known.properties, properties)) return;
    await type.update(handler, known.identifier, known.properties, properties);
    known.properties = properties;
    return;
  }
  await type.create(handler, properties, (identifier) => {
    instance.resources.set(name, { type: type.name, identifier, properties });
  });
  // A resource with another name is replaced: the old one is deleted last.
  if (known !== undefined) await deleteResource(handler, known);
}

/** Deletes all resources of a stack. */
export async function deleteStack(
  { aws, latency }: { aws: LocalAws; latency: Latency },
  instance: StackInstance,
): Promise<void> {
  const handler = handlerIn(aws, latency, instance.accountId);
  for (const [name, resource] of [...instance.resources]) {
    await deleteResource(handler, resource).catch((error: unknown) => {
      throw inWordsOfCloudFormation(name, resource.type, error);
    });
    instance.resources.delete(name);
  }
}

async function deleteResource(handler: HandlerContext, { type, identifier, properties }: StackResource): Promise<void> {
  try {
    await typeNamed(type).delete(handler, identifier, properties);
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== "NoSuchEntity") throw error;
  }
}

function typeNamed(name: string): ResourceType {
  const type = TYPES.get(name);
  if (type === undefined) throw new Error(`no handler for ${name}`);
  return type;
}

/** The session of the execution role, which is made here where AWS has not made it yet. */
function handlerIn(aws: LocalAws, latency: Latency, accountId: string): HandlerContext {
  const account = aws.organization.account(accountId);
  const now = aws.clock.now();
  const execution = account.roles.get(EXECUTION_ROLE) ?? newRole(account, EXECUTION_ROLE, "/", now);
  // The role trusts StackSets' service-linked role there (CloudFormation User Guide, "Grant service-managed permissions").
  execution.trustPolicy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "member.org.stacksets.cloudformation.amazonaws.com" },
        Action: "sts:AssumeRole",
      },
    ],
  });
  execution.attachedPolicies.add("arn:aws:iam::aws:policy/AdministratorAccess");
  account.roles.add(execution);
  const sessionName = "AWSCloudFormation";
  const caller: RoleCaller = {
    type: "AssumedRole",
    accountId,
    role: execution,
    sessionName,
    arn: `arn:aws:sts::${accountId}:assumed-role/${execution.name}/${sessionName}`,
    userId: `${execution.id}:${sessionName}`,
    issued: now,
    chained: false,
  };
  return new HandlerContext(new Call({ aws, caller, latency }, {}));
}

function inWordsOfCloudFormation(name: string, type: string, error: unknown): unknown {
  if (!(error instanceof AwsError)) return error;
  return new AwsError(
    error.code,
    `ResourceLogicalId:${name}, ResourceType:${type}, ResourceStatusReason:${error.message}.`,
    error.status,
  );
}
