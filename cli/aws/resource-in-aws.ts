import { GetGroupCommand, GetPolicyCommand, GetRoleCommand, GetUserCommand, type IAMClient } from "@aws-sdk/client-iam";

import type { Settings } from "../../infra/settings.ts";
import { iamIn } from "./clients.ts";
import { controlPolicyIdOf } from "./control-policies.ts";
import { stackSetId } from "./stack-sets.ts";

/** A resource to be made: its Pulumi type and inputs. */
interface Wanted {
  type: string;
  inputs?: Record<string, unknown>;
}

/** A resource's primary identifier at Cloud Control. */
export async function identifierOf(
  type: string,
  inputs: Record<string, unknown>,
  { authAccount }: Pick<Settings, "authAccount">,
): Promise<string> {
  const text = (key: string): string => String(inputs[key]);
  switch (type) {
    case "aws-native:iam:User":
      return text("userName");
    case "aws-native:iam:Group":
      return text("groupName");
    case "aws-native:iam:Role":
      return text("roleName");
    case "aws-native:iam:ManagedPolicy":
      return `arn:aws:iam::${authAccount}:policy/${text("managedPolicyName")}`;
    case "aws-native:organizations:Policy": {
      const id = await controlPolicyId(inputs);
      if (id === undefined) throw new Error(`The organization has no policy ${text("name")}.`);
      return id;
    }
    case "aws-native:cloudformation:StackSet": {
      const id = await stackSetId();
      if (id === undefined) throw new Error(`CloudFormation has no stack set ${text("stackSetName")}.`);
      return id;
    }
    default:
      throw new Error(`A resource of type ${type} cannot be taken into the stack.`);
  }
}

function controlPolicyId({ name, type }: Record<string, unknown>): Promise<string | undefined> {
  return controlPolicyIdOf(String(name), type === "RESOURCE_CONTROL_POLICY" ? type : "SERVICE_CONTROL_POLICY");
}

/** Whether AWS has a resource with this identifier, whoever has made it. */
export async function isThere({ type, inputs = {} }: Wanted, account: string, settings: Settings): Promise<boolean> {
  return isOurs({ type, inputs: { ...inputs, tags: undefined, description: undefined } }, account, settings);
}

/**
 * Whether AWS has the resource that a run was making when it died, and not another of the same name. A user is told by its tags, a
 * role by its description; other resources by their name, which is this product's own.
 *
 * @param account the id of the resource's account
 */
export async function isOurs({ type, inputs = {} }: Wanted, account: string, settings: Settings): Promise<boolean> {
  if (type === "aws-native:organizations:Policy") {
    return (await controlPolicyId(inputs)) !== undefined;
  }
  // The StackSet's name is this product's own.
  if (type === "aws-native:cloudformation:StackSet") return (await stackSetId()) !== undefined;
  if (!type.startsWith("aws-native:iam:")) return false;
  try {
    return await isOursInIam(iamIn(account, settings), type, inputs, await identifierOf(type, inputs, settings));
  } catch (error) {
    if (error instanceof Error && error.name.startsWith("NoSuchEntity")) return false;
    throw error;
  }
}

async function isOursInIam(
  iam: IAMClient,
  type: string,
  inputs: Record<string, unknown>,
  id: string,
): Promise<boolean> {
  switch (type) {
    case "aws-native:iam:User": {
      const { User } = await iam.send(new GetUserCommand({ UserName: id }));
      const tags = new Map(User?.Tags?.map(({ Key, Value }) => [Key, Value]));
      const { tags: wanted = [] } = inputs as { tags?: { key: string; value: string }[] };
      return wanted.every(({ key, value }) => tags.get(key) === value);
    }
    case "aws-native:iam:Role": {
      const { Role } = await iam.send(new GetRoleCommand({ RoleName: id }));
      return inputs["description"] === undefined || Role?.Description === inputs["description"];
    }
    case "aws-native:iam:Group":
      await iam.send(new GetGroupCommand({ GroupName: id, MaxItems: 1 }));
      return true;
    default:
      await iam.send(new GetPolicyCommand({ PolicyArn: id }));
      return true;
  }
}
