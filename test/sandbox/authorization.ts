import {
  getDenialReasons,
  isWildcardOnlyAction,
  runSimulation,
  type RequestAnalysis,
  type Simulation,
} from "@cloud-copilot/iam-simulate";
import { accessDenied, malformedPolicyDocument } from "./errors.ts";
import type { Caller } from "./model/caller.ts";
import type { LocalAws } from "./model/local-aws.ts";
import type { PolicyType } from "./model/organization.ts";
import {
  boundaryOf,
  identityPoliciesOf,
  resourceControlPoliciesOf,
  serviceControlPoliciesOf,
} from "./policies-in-force.ts";
import { requestContext, type RequestContext } from "./request-context.ts";

/** The request of a caller. */
export interface AuthorizationRequest {
  /** The action as in policies: "iam:CreateUser". */
  action: string;
  /** The ARN of the resource; for actions that take none, the ARN in AWS's error message. */
  resource: string;
  /** The account of the resource; the caller's own by default. */
  resourceAccountId?: string;
  /** The role's trust policy, as JSON text: always there for sts:AssumeRole, and never for other actions. */
  trustPolicy?: string;
  /** Condition keys that only this action has. */
  context?: RequestContext;
}

/** Refuses a request that the policies in force do not allow, with AWS's AccessDenied. */
export async function authorize(aws: LocalAws, caller: Caller, request: AuthorizationRequest): Promise<void> {
  const analysis = await evaluate(aws, caller, request);
  if (analysis.result !== "Allowed") throw accessDenied(denialMessage(caller, request, analysis));
}

/**
 * Refuses an action that the policies in force do not allow on every resource, for actions that are not implemented. An action that the
 * evaluator does not know is allowed.
 */
export async function authorizeAnywhere(aws: LocalAws, caller: Caller, action: string): Promise<void> {
  const [service = "", name = ""] = action.split(":");
  const isKnown = await isWildcardOnlyAction(service, name).then(
    () => true,
    () => false,
  );
  if (isKnown) await authorize(aws, caller, { action, resource: "*" });
}

/**
 * Evaluates a request. The evaluator knows nothing of AWS but the policies that it is given, and ignores unknown values: every condition
 * key, the resource's account, the trust policy and the organization's policies come from here.
 */
export async function evaluate(aws: LocalAws, caller: Caller, request: AuthorizationRequest): Promise<RequestAnalysis> {
  const [service = "", action = ""] = request.action.split(":");
  const accountId = request.resourceAccountId ?? caller.accountId;
  const boundary = boundaryOf(aws, caller);
  const simulation: Simulation = {
    request: {
      principal: caller.arn,
      action: request.action,
      resource: {
        resource: (await isWildcardOnlyAction(service, action)) ? "*" : request.resource,
        accountId,
      },
      contextVariables: requestContext(aws, caller, accountId, request.context),
    },
    identityPolicies: identityPoliciesOf(aws, caller),
    serviceControlPolicies: serviceControlPoliciesOf(aws, caller.accountId),
    // Of the actions here, resource control policies cover AssumeRole alone: they do not cover IAM and Organizations.
    resourceControlPolicies: request.trustPolicy === undefined ? [] : resourceControlPoliciesOf(aws, accountId),
    ...(boundary === undefined ? {} : { permissionBoundaryPolicies: [boundary] }),
    ...(request.trustPolicy === undefined ? {} : { resourcePolicy: JSON.parse(request.trustPolicy) as unknown }),
    ...(caller.type === "AssumedRole" && caller.sessionPolicy !== undefined
      ? { sessionPolicy: JSON.parse(caller.sessionPolicy) as unknown }
      : {}),
  };
  return known(simulation, async () => {
    const outcome = await runSimulation(simulation, {});
    if (outcome.resultType === "error") {
      const errors = JSON.stringify(outcome.errors);
      throw new Error(`${request.action} on ${request.resource} can not be evaluated: ${errors}`);
    }
    const results = outcome.resultType === "single" ? [outcome.result] : outcome.results;
    const ignored = results.flatMap((result) => result.ignoredContextKeys ?? []);
    if (ignored.length > 0) throw new Error(`${request.action} does not have the condition keys ${ignored.join(", ")}`);
    const decisive = results.find((result) => result.analysis.result === outcome.overallResult) ?? results[0];
    return decisive?.analysis ?? { result: "ImplicitlyDenied", sameAccount: true };
  });
}

/** Evaluations so far, by all that they depend on. */
const evaluations = new Map<string, Promise<RequestAnalysis>>();

/** The most evaluations that are kept: each has all policies in force in its key. */
const mostEvaluations = 1000;

/** Condition keys whose values differ at every request. */
const ofTime = /^aws:(?:CurrentTime|EpochTime|TokenIssueTime|MultiFactorAuthAge)$/;

/** The evaluation of the same simulation before, else this one: an evaluation takes longer than all else of most requests. */
async function known(simulation: Simulation, evaluation: () => Promise<RequestAnalysis>): Promise<RequestAnalysis> {
  const { request } = simulation;
  const steady = Object.entries(request.contextVariables).filter(([name]) => !ofTime.test(name));
  const timeless = JSON.stringify({
    ...simulation,
    request: { ...request, contextVariables: Object.fromEntries(steady) },
  });
  // The times count where a policy names one.
  const key = /aws:(?:currenttime|epochtime|tokenissuetime|multifactorauthage)/i.test(timeless)
    ? JSON.stringify(simulation)
    : timeless;
  const before = evaluations.get(key);
  if (before !== undefined) return before;
  if (evaluations.size >= mostEvaluations) evaluations.clear();
  const made = evaluation();
  evaluations.set(key, made);
  return made;
}

/** Refuses a document that is no valid policy, by letting the evaluator read it. */
export async function validatePolicy(kind: "identity" | "trust" | PolicyType, text: string): Promise<void> {
  const policy = JSON.parse(text) as unknown;
  const atRoot = (type: PolicyType) =>
    kind === type ? [{ orgIdentifier: "root", policies: [{ name: "policy", policy }] }] : [];
  const outcome = await runSimulation(
    {
      request: {
        principal: "arn:aws:iam::111111111111:user/nobody",
        action: "sts:AssumeRole",
        resource: { resource: "arn:aws:iam::111111111111:role/none", accountId: "111111111111" },
        contextVariables: {},
      },
      identityPolicies: kind === "identity" ? [{ name: "policy", policy }] : [],
      serviceControlPolicies: atRoot("SERVICE_CONTROL_POLICY"),
      resourceControlPolicies: atRoot("RESOURCE_CONTROL_POLICY"),
      ...(kind === "trust" ? { resourcePolicy: policy } : {}),
    },
    {},
  );
  if (outcome.resultType !== "error") return;
  const { errors } = outcome;
  const first =
    errors.identityPolicyErrors?.["policy"]?.[0] ??
    errors.serviceControlPolicyErrors?.["policy"]?.[0] ??
    errors.resourceControlPolicyErrors?.["policy"]?.[0] ??
    errors.resourcePolicyErrors?.[0];
  throw malformedPolicyDocument(first === undefined ? "Syntax errors in policy." : `${first.message} (${first.path})`);
}

function denialMessage(caller: Caller, request: AuthorizationRequest, analysis: RequestAnalysis): string {
  const who = caller.type === "Account" ? `arn:aws:iam::${caller.accountId}:root` : caller.arn;
  const on = request.resource === "*" ? "" : ` on resource: ${request.resource}`;
  return `User: ${who} is not authorized to perform: ${request.action}${on}${reason(request, analysis)}`;
}

const POLICY_TYPES: Record<string, string> = {
  scp: "service control policy",
  rcp: "resource control policy",
  identity: "identity-based policy",
  resource: "resource-based policy",
  pb: "permissions boundary",
  session: "session policy",
};

/** The kind of policy that denies, as AWS's message names it; empty where a resource-based policy of another account does not allow. */
function reason(request: AuthorizationRequest, analysis: RequestAnalysis): string {
  const reasons = getDenialReasons(analysis);
  const explicit = reasons.find((candidate) => candidate.denialType === "Explicit");
  if (explicit !== undefined) {
    const type = POLICY_TYPES[explicit.policyType] ?? explicit.policyType;
    return ` with an explicit deny in ${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;
  }
  const [implicit] = reasons;
  const policyType = implicit?.policyType ?? "identity";
  if (policyType === "resource" && !analysis.sameAccount) return "";
  return ` because no ${POLICY_TYPES[policyType] ?? policyType} allows the ${request.action} action`;
}
