import { runSimulation, type Simulation } from "@cloud-copilot/iam-simulate";

import type { PolicyDocument } from "../../infra/policies.ts";

/** A request as AWS sees it, and the policies in force. */
export interface Question {
  action: string;
  resource: string;
  /** Identity policies of the principal. */
  identity?: PolicyDocument[];
  serviceControl?: PolicyDocument;
  /** The resource control policy, for actions that such policies cover, such as sts:AssumeRole. */
  resourceControl?: PolicyDocument;
  trust?: PolicyDocument;
  /** The value of `aws:MultiFactorAuthPresent`; left out for long-term keys, which lack the key. */
  mfa?: "true" | "false";
  principal?: string;
  principalType?: "User" | "AssumedRole";
  context?: Record<string, string | string[]>;
}

const allowAll: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};
const orgIdentifier = "ou-abcd-11111111";
export const alice = "arn:aws:iam::222222222222:user/alice";

/** Whether the policies allow the request, by a third-party evaluator. A condition key that the evaluator ignores is an error. */
export async function isAllowed(question: Question): Promise<boolean> {
  const {
    action,
    resource,
    identity = [allowAll],
    serviceControl,
    resourceControl,
    trust,
    mfa,
    principal = alice,
  } = question;
  const control = (name: string, policy: PolicyDocument) => ({ name, policy });
  const simulation: Simulation = {
    request: {
      principal,
      action,
      resource: { resource, accountId: accountOf(resource) ?? accountOf(principal) ?? "" },
      contextVariables: {
        "aws:username": "alice",
        "aws:PrincipalType": question.principalType ?? "User",
        // For a session, the ARN is the role's.
        "aws:PrincipalArn": principal.replace(/:sts:(.*):assumed-role\/(.*)\/[^/]*$/, ":iam:$1:role/$2"),
        ...(mfa !== undefined && { "aws:MultiFactorAuthPresent": mfa }),
        ...question.context,
      },
    },
    identityPolicies: identity.map((policy, index) => control(`identity-${index}`, policy)),
    serviceControlPolicies: serviceControl
      ? [{ orgIdentifier, policies: [control("FullAWSAccess", allowAll), control("scp", serviceControl)] }]
      : [],
    // The evaluator adds AWS's own policy, which allows everything.
    resourceControlPolicies: resourceControl ? [{ orgIdentifier, policies: [control("rcp", resourceControl)] }] : [],
    ...(trust && { resourcePolicy: trust }),
  };
  const outcome = await runSimulation(simulation, {});
  if (outcome.resultType === "error") throw new Error(JSON.stringify(outcome.errors));
  const results = outcome.resultType === "single" ? [outcome.result] : outcome.results;
  const ignored = results.flatMap(({ ignoredContextKeys = [] }) => ignoredContextKeys);
  if (ignored.length > 0) throw new Error(`${action} does not have the condition keys ${ignored.join(", ")}`);
  return outcome.overallResult === "Allowed";
}

function accountOf(arn: string): string | undefined {
  return /^arn:aws:\w+::(\d{12}):/.exec(arn)?.[1];
}

/** A copy of an object without one of its keys. */
export function without<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)) as Omit<T, K>;
}
