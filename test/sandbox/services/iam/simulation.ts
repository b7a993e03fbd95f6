import {
  isWildcardOnlyAction,
  runSimulation,
  type RequestAnalysis,
  type Simulation,
  type SimulationIdentityPolicy,
  type SimulationOrgPolicies,
} from "@cloud-copilot/iam-simulate";
import { AwsError } from "../../errors.ts";
import type { Output } from "../../protocols/protocol.ts";

/** The policy simulator's input for every action and resource of a call. */
export interface Simulated {
  /** The ARN of the user or role that makes the simulated request. */
  caller: string;
  accountId: string;
  identityPolicies: SimulationIdentityPolicy[];
  boundary?: SimulationIdentityPolicy;
  /** The levels from the root to the account; absent where the simulated account belongs to no organization. */
  organization?: SimulationOrgPolicies[];
  /** The resource's policy, with the account that owns the resource. */
  resourcePolicy?: { policy: unknown; accountId: string };
  context: Record<string, string | string[]>;
}

type Decision = "allowed" | "implicitDeny" | "explicitDeny";

/** The decisions, from the most to the least permissive. */
const DECISIONS: Decision[] = ["allowed", "implicitDeny", "explicitDeny"];

/** The names of policy types in MatchedStatements. */
const IAM_POLICY = "IAM Policy";
const RESOURCE_POLICY = "Resource Policy";

interface Judged {
  resource: string;
  decision: Decision;
  matched: Output[];
  missing: string[];
  allowedByOrganization: boolean | undefined;
  allowedByBoundary: boolean | undefined;
}

/** One EvaluationResult for an action, whatever the number of resources (IAM API Reference, "EvaluationResult"). */
export async function evaluationResult(simulated: Simulated, action: string, resources: string[]): Promise<Output> {
  const judged: Judged[] = [];
  for (const resource of resources) judged.push(await judge(simulated, action, resource));
  const decision = worst(judged.map((one) => one.decision));
  const everywhere = (of: (one: Judged) => boolean | undefined): boolean | undefined =>
    judged.some((one) => of(one) === undefined) ? undefined : judged.every((one) => of(one));
  return {
    EvalActionName: action,
    // At AWS an ARN template, where there is one. The resources' own results are in ResourceSpecificResults.
    EvalResourceName: "*",
    EvalDecision: decision,
    MatchedStatements: distinct(judged.filter((one) => one.decision === decision).flatMap(({ matched }) => matched)),
    MissingContextValues: [...new Set(judged.flatMap(({ missing }) => missing))],
    ...detail(
      "OrganizationsDecisionDetail",
      "AllowedByOrganizations",
      everywhere((one) => one.allowedByOrganization),
    ),
    ...boundaryDetail(everywhere((one) => one.allowedByBoundary)),
    ...(resources.includes("*") ? {} : { ResourceSpecificResults: judged.map(showResource) }),
  };
}

const showResource = (judged: Judged): Output => ({
  EvalResourceName: judged.resource,
  EvalResourceDecision: judged.decision,
  MatchedStatements: judged.matched,
  MissingContextValues: judged.missing,
  ...boundaryDetail(judged.allowedByBoundary),
});

const boundaryDetail = (allowed: boolean | undefined): Output =>
  detail("PermissionsBoundaryDecisionDetail", "AllowedByPermissionsBoundary", allowed);

const detail = (name: string, member: string, value: boolean | undefined): Output =>
  value === undefined ? {} : { [name]: { [member]: value } };

async function judge(simulated: Simulated, action: string, resource: string): Promise<Judged> {
  const outcome = await runSimulation(await simulation(simulated, action, resource), {});
  if (outcome.resultType === "error") throw invalidInput(problem(outcome.errors, action, resource));
  // An action that is allowed on only some resources of a pattern is not allowed on the pattern.
  const exact =
    outcome.resultType === "single"
      ? [outcome.result.analysis]
      : outcome.results.filter((one) => one.resourcePattern === resource).map(({ analysis }) => analysis);
  const decision = worst(exact.length === 0 ? ["implicitDeny"] : exact.map(({ result }) => decisionOf(result)));
  const allowedByOrganization =
    simulated.organization && exact.every(({ scpAnalysis }) => scpAnalysis?.result === "Allowed");
  // AWS ends the simulation where the organization's policies deny.
  const goesOn = allowedByOrganization !== false;
  return {
    resource,
    decision,
    matched: goesOn ? distinct(exact.flatMap((analysis) => matchedStatements(analysis, decision))) : [],
    missing: goesOn ? [...new Set(exact.flatMap((analysis) => missingKeys(analysis, simulated.context)))] : [],
    allowedByOrganization,
    allowedByBoundary:
      goesOn && simulated.boundary !== undefined
        ? exact.every(({ permissionBoundaryAnalysis }) => permissionBoundaryAnalysis?.result === "Allowed")
        : undefined,
  };
}

async function simulation(simulated: Simulated, action: string, resource: string): Promise<Simulation> {
  const { caller, accountId, identityPolicies, boundary, organization = [], context } = simulated;
  // AWS accepts a trust policy for an action such as AssumeRole, but ignores it in its decision (aws-cli#10314).
  const resourcePolicy = action.toLowerCase().startsWith("sts:assume") ? undefined : simulated.resourcePolicy;
  return {
    request: {
      principal: caller,
      action,
      resource: {
        resource: (await takesNoResource(action)) ? "*" : resource,
        accountId: resourcePolicy?.accountId ?? accountId,
      },
      contextVariables: context,
    },
    identityPolicies,
    serviceControlPolicies: organization,
    resourceControlPolicies: [],
    ...(boundary === undefined ? {} : { permissionBoundaryPolicies: [boundary] }),
    ...(resourcePolicy === undefined ? {} : { resourcePolicy: resourcePolicy.policy }),
  };
}

async function takesNoResource(action: string): Promise<boolean> {
  const [service = "", name = ""] = action.split(":");
  try {
    return await isWildcardOnlyAction(service, name);
  } catch {
    throw invalidInput(`Invalid Action: ${action}`);
  }
}

/** The deciding statements in policies of the caller and of the resource; those of the organization's policies are never shown. */
function matchedStatements(analysis: RequestAnalysis, decision: Decision): Output[] {
  const deciding = decision === "explicitDeny" ? "denyStatements" : "allowStatements";
  if (decision === "implicitDeny") return [];
  return [
    { type: IAM_POLICY, of: analysis.identityAnalysis },
    { type: IAM_POLICY, of: analysis.permissionBoundaryAnalysis },
    { type: RESOURCE_POLICY, of: analysis.resourceAnalysis },
  ].flatMap(({ type, of }) =>
    (of?.[deciding] ?? []).map(({ policyId }) => ({
      SourcePolicyId: type === RESOURCE_POLICY ? "ResourcePolicy" : policyId,
      SourcePolicyType: type,
    })),
  );
}

/** The condition keys of the statements for this action that were not given. */
function missingKeys(analysis: RequestAnalysis, context: Simulated["context"]): string[] {
  const given = new Set(Object.keys(context).map((key) => key.toLowerCase()));
  return [analysis.identityAnalysis, analysis.permissionBoundaryAnalysis, analysis.resourceAnalysis]
    .flatMap((of) => [
      ...(of?.allowStatements ?? []),
      ...(of?.denyStatements ?? []),
      ...(of?.unmatchedStatements ?? []),
    ])
    .filter(({ actionMatch }) => actionMatch)
    .flatMap(({ statement }) => [
      ...statement.conditions().map((condition) => condition.conditionKey()),
      ...[...JSON.stringify(statement.toJSON()).matchAll(/\$\{([\w:/-]+)[^}]*\}/g)].map(([, key = ""]) => key),
    ])
    .filter((key) => !given.has(key.toLowerCase()));
}

const decisionOf = (result: RequestAnalysis["result"]): Decision =>
  result === "Allowed" ? "allowed" : result === "ExplicitlyDenied" ? "explicitDeny" : "implicitDeny";

const worst = (decisions: Decision[]): Decision =>
  DECISIONS.findLast((decision) => decisions.includes(decision)) ?? "allowed";

const distinct = (statements: Output[]): Output[] => [
  ...new Map(statements.map((statement) => [JSON.stringify(statement), statement])).values(),
];

export const invalidInput = (message: string): AwsError => new AwsError("InvalidInput", message);

/** The evaluator's problem: an invalid document, or a resource that the action does not apply to. */
function problem(errors: { message?: string }, action: string, resource: string): string {
  if (errors.message === "policy.errors") return `A policy is not valid: ${JSON.stringify(errors)}`;
  return `${action} can not be simulated on ${resource}: ${errors.message ?? ""}`;
}
