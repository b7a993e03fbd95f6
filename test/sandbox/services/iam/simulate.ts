import type { SimulationIdentityPolicy, SimulationOrgPolicies } from "@cloud-copilot/iam-simulate";
import { noSuchEntity } from "../../errors.ts";
import type { Input } from "../../input.ts";
import type { Caller } from "../../model/caller.ts";
import { boundaryOf, identityPoliciesOf, serviceControlPoliciesOf } from "../../policies-in-force.ts";
import type { Output } from "../../protocols/protocol.ts";
import { iamPage } from "../page.ts";
import type { Call, Operations } from "../service.ts";
import { evaluationResult, invalidInput, type Simulated } from "./simulation.ts";

const ENTITY_ARN = /^arn:aws:iam::(\d{12}):(user|role)\/(?:.*\/)?([\w+=,.@-]+)$/;
const ACCOUNT_ARN = /^arn:aws:iam::(\d{12}):root$/;

/** The policy simulator. */
export const simulationOperations: Operations = {
  SimulateCustomPolicy: {
    on: () => "*",
    run(call) {
      const caller = callerArn(call) ?? call.account.arn("user/simulated");
      const { input } = call;
      const organization = organizationPolicies(input);
      return simulate(call, {
        caller,
        accountId: ENTITY_ARN.exec(caller)?.[1] ?? call.account.id,
        identityPolicies: policies(input, "PolicyInputList"),
        ...boundary(input),
        ...(organization.length === 0 ? {} : { organization }),
      });
    },
  },
  SimulatePrincipalPolicy: {
    on: (call) => call.input.string("PolicySourceArn"),
    run(call) {
      const { aws, input } = call;
      const source = principal(call, input.string("PolicySourceArn"));
      const organization = serviceControlPoliciesOf(aws, source.accountId);
      const own = boundaryOf(aws, source);
      return simulate(call, {
        caller: callerArn(call) ?? input.string("PolicySourceArn"),
        accountId: source.accountId,
        identityPolicies: [...identityPoliciesOf(aws, source), ...policies(input, "PolicyInputList")],
        ...(own === undefined ? {} : { boundary: own }),
        ...boundary(input),
        ...(organization.length === 0 ? {} : { organization }),
      });
    },
  },
};

async function simulate(call: Call, of: Omit<Simulated, "context" | "resourcePolicy">): Promise<Output> {
  const { input } = call;
  const simulated = { ...of, ...resourcePolicy(call, of.accountId), context: contextEntries(input) };
  const actions = input.strings("ActionNames");
  if (actions.length === 0) throw invalidInput("ActionNames is empty.");
  const resources = input.strings("ResourceArns");
  const results: Output[] = [];
  for (const action of actions) {
    results.push(await evaluationResult(simulated, action, resources.length === 0 ? ["*"] : resources));
  }
  const { page, more } = iamPage(call, results);
  return { EvaluationResults: page, ...more };
}

function callerArn(call: Call): string | undefined {
  const arn = call.input.optional("CallerArn");
  if (arn !== undefined && !ENTITY_ARN.test(arn)) throw invalidInput(`Invalid Caller Arn: ${arn}`);
  return arn;
}

function principal(call: Call, arn: string): Caller {
  const [, accountId, kind, name = ""] = ENTITY_ARN.exec(arn) ?? [];
  if (accountId === undefined)
    throw invalidInput(`Invalid Entity Arn: ${arn} does not clearly define entity type or name.`);
  const { users, roles } = call.account;
  const common = { accountId, arn };
  const user = kind === "user" && accountId === call.account.id ? users.get(name) : undefined;
  if (user !== undefined) return { ...common, type: "User", userId: user.id, user };
  const role = kind === "role" && accountId === call.account.id ? roles.get(name) : undefined;
  if (role === undefined) throw noSuchEntity(`${arn} cannot be found.`);
  const session = { sessionName: "simulated", issued: call.now, chained: false };
  return { ...common, ...session, type: "AssumedRole", userId: role.id, role };
}

const policies = (input: Input, parameter: string): SimulationIdentityPolicy[] =>
  input
    .strings(parameter)
    .map((text, index) => ({ name: `${parameter}.${index + 1}`, policy: parsed(text, parameter) }));

function boundary(input: Input): { boundary?: SimulationIdentityPolicy } {
  const [first, ...others] = policies(input, "PermissionsBoundaryPolicyInputList");
  if (others.length > 0) throw invalidInput("Only one permissions boundary can be simulated.");
  return first === undefined ? {} : { boundary: first };
}

/** The organization's policies, level by level, from the root to the account. */
const organizationPolicies = (input: Input): SimulationOrgPolicies[] =>
  input.structures("OrderedOrganizationPolicyInputList").map((level, index) => ({
    orgIdentifier: `level ${index + 1}`,
    policies: policies(level, "ServiceControlPolicyInputList").map(({ name, policy }) => ({
      name: `OrderedOrganizationPolicyInputList.${index + 1}.${name}`,
      policy: policy as unknown,
    })),
  }));

function resourcePolicy(call: Call, callerAccount: string): Pick<Simulated, "resourcePolicy"> {
  const text = call.input.optional("ResourcePolicy");
  if (text === undefined) return {};
  const caller = call.input.optional("CallerArn") ?? call.input.optional("PolicySourceArn");
  if (caller === undefined) throw invalidInput("CallerArn is required with a ResourcePolicy.");
  if (!caller.includes(":user/")) {
    throw invalidInput("Simulation of resource-based policies isn't supported for IAM roles.");
  }
  const owner = call.input.optional("ResourceOwner");
  const accountId = owner === undefined ? callerAccount : ACCOUNT_ARN.exec(owner)?.[1];
  if (accountId === undefined) throw invalidInput(`Invalid Resource Owner: ${owner ?? ""}`);
  return { resourcePolicy: { policy: parsed(text, "ResourcePolicy"), accountId } };
}

function contextEntries(input: Input): Simulated["context"] {
  return Object.fromEntries(
    input.structures("ContextEntries").map((entry) => {
      const values = entry.strings("ContextKeyValues");
      const isList = entry.optional("ContextKeyType")?.endsWith("List") === true;
      return [entry.string("ContextKeyName"), isList ? values : (values[0] ?? "")];
    }),
  );
}

function parsed(text: string, parameter: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw invalidInput(`The policy in ${parameter} is not JSON.`);
  }
}
