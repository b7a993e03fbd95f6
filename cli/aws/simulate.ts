import {
  type ContextEntry,
  type EvaluationResult,
  IAMClient,
  paginateSimulateCustomPolicy,
  type ResourceSpecificResult,
} from "@aws-sdk/client-iam";
import pMap from "p-map";

import { callerConfiguration } from "../../infra/caller.ts";
import { knowingClockErrors } from "../../infra/clock-errors.ts";
import { requestHandler } from "../../infra/network.ts";
import { iamPatience } from "../../infra/unanswered.ts";
import type { MatrixLine } from "../results/verify.ts";

/** The caller of a simulated request. */
export interface Caller {
  who: string;
  arn: string;
  type: "User" | "Account" | "AssumedRole";
  userName?: string;
  /** The caller's identity policies, as JSON texts. */
  policies: string[];
  boundary?: string;
}

/** A line of the matrix as a request to the simulator. */
export interface Asked extends Pick<MatrixLine, "account" | "credentials" | "action" | "resource" | "expected"> {
  accountId: string;
  caller: Caller;
}

/** Makes a call; the implementation deals with errors, and returns undefined for one. */
type Attempt = <T>(what: string, call: () => Promise<T>) => Promise<T | undefined>;

/** An identity policy that allows everything, so that the organization's policies alone decide. */
export const everything = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});

/** A session of a role whose policy allows everything, so that the organization's policies alone decide. */
export const roleIn = (accountId: string, who: string, role: string): Caller => ({
  ...{ who, arn: `arn:aws:iam::${accountId}:role/${role}`, type: "AssumedRole", policies: [everything] },
});

/** The facts for the context keys and policies of every request: the simulator derives no context key by itself. */
export interface Surroundings {
  organizationId: string;
  region: string;
  /** The service control policies above an account, level by level. */
  hierarchy: (accountId: string) => string[][];
}

/** One call of the simulator: lines of one caller, by one kind of credentials, on one type of resources. */
export interface Call {
  first: Asked;
  hierarchy: string[][];
  lines: Asked[];
}

/**
 * Asks AWS's policy simulator for each line (IAM API Reference, "SimulateCustomPolicy"). The calls are made in the management
 * account, to which no service control policy applies. A call whose answer is the same for two accounts is made once.
 */
export async function simulate(lines: Asked[], around: Surroundings, attempt: Attempt): Promise<MatrixLine[]> {
  const client = knowingClockErrors(
    new IAMClient({ ...callerConfiguration(), requestHandler: requestHandler(iamPatience) }),
  );
  const calls = callsOf(lines, around);
  const asked = new Map<string, Promise<Answers | undefined>>();
  const answers = await pMap(
    calls,
    (call) => {
      const key = keyOf(call);
      const known = asked.get(key) ?? attempt("the policy simulator", () => ask(client, call, around));
      asked.set(key, known);
      return known;
    },
    { concurrency: 4 },
  );
  return calls.flatMap((call, index) => call.lines.map((line) => answered(line, answers[index])));
}

/** @param lines of any callers @returns the fewest calls that ask for all of them */
export function callsOf(lines: Asked[], { hierarchy }: Pick<Surroundings, "hierarchy">): Call[] {
  const grouped = Map.groupBy(lines, ({ accountId, caller, credentials, resource }) =>
    [accountId, caller.who, caller.arn, credentials, typeOf(resource)].join("\n"),
  );
  return [...grouped.values()].flatMap((own) =>
    own[0] === undefined ? [] : [{ first: own[0], hierarchy: hierarchy(own[0].accountId), lines: own }],
  );
}

/** An action is only simulated on resources of its own type. */
const typeOf = (resource: string): string => /^arn:aws:iam::\d*:([\w-]+)/.exec(resource)?.[1] ?? resource;

/** A key that is equal for calls with the same answer. The account's id counts only where a service control policy names it. */
export function keyOf({ first, hierarchy, lines }: Call): string {
  const { caller, credentials, accountId } = first;
  const { arn, type, policies, boundary } = caller;
  const text = JSON.stringify([arn, type, policies, boundary, credentials, ...listsOf(lines)]);
  const above = JSON.stringify(hierarchy);
  return `${above}\n${above.includes(accountId) ? text : text.replaceAll(accountId, "ACCOUNT")}`;
}

function listsOf(lines: Asked[]): [actions: string[], resources: string[]] {
  return [[...new Set(lines.map(({ action }) => action))], [...new Set(lines.map(({ resource }) => resource))]];
}

/** The simulator's answers by action and resource. An account's id is replaced by ACCOUNT, since a call may be for several. */
type Answers = Map<string, { result: EvaluationResult; specific?: ResourceSpecificResult }>;

const answerKey = (action: string, resource: string, accountId: string): string =>
  `${action.toLowerCase()} ${resource.replaceAll(accountId, "ACCOUNT")}`;

/** A policy for a user who has none: the simulator needs at least one. */
const nothing = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Deny", Action: "sts:GetCallerIdentity", Resource: "*" }],
});

async function ask(client: IAMClient, { first, hierarchy, lines }: Call, around: Surroundings): Promise<Answers> {
  const { caller, accountId } = first;
  const [ActionNames, ResourceArns] = listsOf(lines);
  const found: Answers = new Map();
  const pages = paginateSimulateCustomPolicy(
    { client, pageSize: 1000 },
    {
      PolicyInputList: caller.policies.length === 0 ? [nothing] : caller.policies,
      ...(caller.boundary !== undefined && { PermissionsBoundaryPolicyInputList: [caller.boundary] }),
      ...(hierarchy.length > 0 && {
        OrderedOrganizationPolicyInputList: hierarchy.map((ServiceControlPolicyInputList) => ({
          ServiceControlPolicyInputList,
        })),
      }),
      ActionNames,
      ResourceArns,
      ...(caller.type === "User" && { CallerArn: caller.arn }),
      ContextEntries: contextOf(first, around),
    },
  );
  for await (const { EvaluationResults = [] } of pages) {
    for (const result of EvaluationResults) {
      const key = (resource = ""): string => answerKey(result.EvalActionName ?? "", resource, accountId);
      const { ResourceSpecificResults: specific = [] } = result;
      if (specific.length === 0) for (const resource of ResourceArns) found.set(key(resource), { result });
      for (const one of specific) found.set(key(one.EvalResourceName), { result, specific: one });
    }
  }
  return found;
}

const mfaPresent: Partial<Record<MatrixLine["credentials"], string>> = {
  "session with MFA": "true",
  "session with older MFA": "true",
  "session without MFA": "false",
};

/** The age of MFA in seconds; mfaMaxAge lies between the two. */
const mfaAge: Partial<Record<MatrixLine["credentials"], string>> = {
  "session with MFA": "60",
  "session with older MFA": "86400",
};

function contextOf({ caller, credentials, accountId }: Asked, around: Surroundings): ContextEntry[] {
  const values: [name: string, value: string | undefined, type: ContextEntry["ContextKeyType"]][] = [
    ["aws:PrincipalArn", caller.arn, "string"],
    ["aws:PrincipalType", caller.type, "string"],
    ["aws:PrincipalAccount", accountId, "string"],
    ["aws:PrincipalOrgID", around.organizationId, "string"],
    ["aws:PrincipalIsAWSService", "false", "boolean"],
    ["aws:RequestedRegion", around.region, "string"],
    ["aws:CurrentTime", new Date().toISOString(), "date"],
    ["aws:username", caller.userName, "string"],
    // Requests by a long-term access key, and by a role's session, don't have this context key at all.
    ["aws:MultiFactorAuthPresent", mfaPresent[credentials], "boolean"],
    ["aws:MultiFactorAuthAge", mfaAge[credentials], "numeric"],
  ];
  return values.flatMap(([ContextKeyName, value, ContextKeyType]) =>
    value === undefined ? [] : [{ ContextKeyName, ContextKeyValues: [value], ContextKeyType }],
  );
}

function answered({ accountId, caller: { who }, ...line }: Asked, answers: Answers | undefined): MatrixLine {
  const answer = answers?.get(answerKey(line.action, line.resource, accountId));
  if (answer === undefined) return { ...line, who, holds: false };
  const { result, specific } = answer;
  const decision = specific?.EvalResourceDecision ?? result.EvalDecision;
  const got = decision === "allowed" ? ("allowed" as const) : ("denied" as const);
  return {
    ...line,
    who,
    got,
    ...(got === "denied" && { decidedBy: decidedBy(result, specific) }),
    holds: got === line.expected,
  };
}

function decidedBy(result: EvaluationResult, specific: ResourceSpecificResult | undefined): MatrixLine["decidedBy"] {
  const decision = specific?.EvalResourceDecision ?? result.EvalDecision;
  const statements = (specific ?? result).MatchedStatements ?? [];
  if (result.OrganizationsDecisionDetail?.AllowedByOrganizations === false && statements.length === 0) {
    return "service control policy";
  }
  const boundary = (specific ?? result).PermissionsBoundaryDecisionDetail;
  if (boundary?.AllowedByPermissionsBoundary === false) return "permissions boundary";
  return decision === "explicitDeny" ? "identity policy" : "no policy allows it";
}
