import type { Identity } from "../../model/entities.ts";
import { inlinePoliciesOf, texts, type Model } from "./model.ts";
import type { HandlerContext } from "./resource-type.ts";

type Kind = "User" | "Group" | "Role";

/** Brings inline and attached policies of a user, group or role from one model to another. */
export async function changePolicies(
  handler: HandlerContext,
  kind: Kind,
  name: string,
  before: Model,
  after: Model,
): Promise<void> {
  const named = { [`${kind}Name`]: name };
  await changeList(texts(before, "ManagedPolicyArns"), texts(after, "ManagedPolicyArns"), {
    add: (arn) => handler.iam(`Attach${kind}Policy`, { ...named, PolicyArn: arn }),
    remove: (arn) => handler.iam(`Detach${kind}Policy`, { ...named, PolicyArn: arn }),
  });
  await changeMap(inlinePoliciesOf(before), inlinePoliciesOf(after), {
    set: (policy, document) =>
      handler.iam(`Put${kind}Policy`, { ...named, PolicyName: policy, PolicyDocument: document }),
    remove: (policy) => handler.iam(`Delete${kind}Policy`, { ...named, PolicyName: policy }),
  });
}

/** Changes a list to another by adding and removing items. */
export async function changeList(
  before: string[],
  after: string[],
  by: { add(item: string): Promise<unknown>; remove(item: string): Promise<unknown> },
): Promise<void> {
  for (const item of after) if (!before.includes(item)) await by.add(item);
  for (const item of before) if (!after.includes(item)) await by.remove(item);
}

/** Changes a set of named values to another. */
export async function changeMap(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  by: { set(key: string, value: string): Promise<unknown>; remove(key: string): Promise<unknown> },
): Promise<void> {
  for (const [key, value] of after) if (before.get(key) !== value) await by.set(key, value);
  for (const key of before.keys()) if (!after.has(key)) await by.remove(key);
}

/** The model of the policies of a user, group or role. */
export function showPolicies(identity: Identity): Model {
  return {
    ManagedPolicyArns: [...identity.attachedPolicies],
    Policies: [...identity.inlinePolicies].map(([name, text]) => ({
      PolicyName: name,
      PolicyDocument: JSON.parse(text) as unknown,
    })),
  };
}

export const showTags = (tags: ReadonlyMap<string, string>): Model[] =>
  [...tags].map(([key, value]) => ({ Key: key, Value: value }));
