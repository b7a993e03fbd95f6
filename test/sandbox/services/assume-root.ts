import { accessDenied, validationError } from "../errors.ts";
import type { RootCaller } from "../model/caller.ts";
import type { Session } from "../model/credential-store.ts";
import type { Call, Operation } from "./service.ts";

const SECONDS = 900;
const TASK_ARN = /^arn:aws:iam::aws:policy\/root-task\/(\w+)$/;

/** The tasks of a session of a member account's root user, with the actions that each allows. An excerpt of AWS's. */
const TASKS: Record<string, string[]> = {
  IAMAuditRootUserCredentials: ["iam:GetAccountSummary", "iam:GetLoginProfile", "iam:List*"],
  IAMDeleteRootUserCredentials: [
    "iam:DeleteAccessKey",
    "iam:DeactivateMFADevice",
    "iam:GetAccountSummary",
    "iam:List*",
  ],
};

/** Opens a session of a member account's root user, for the management account (STS API Reference, "AssumeRoot"). */
export const assumeRoot = (show: (session: Session) => ReturnType<Operation["run"]>): Operation => ({
  on: (call) => `arn:aws:iam::${target(call)}:root`,
  context: (call) => ({ "sts:TaskPolicyArn": taskArn(call) }),
  run(call) {
    const { aws, caller, now } = call;
    const accountId = target(call);
    const { accounts, managementAccountId } = aws.organization;
    const isMember = accounts.has(accountId) && accountId !== managementAccountId;
    if (caller.accountId !== managementAccountId || !isMember) throw accessDenied("Access denied");
    const root: RootCaller = {
      type: "Account",
      accountId,
      arn: `arn:aws:iam::${accountId}:root`,
      userId: accountId,
      session: { issued: now, task: task(call) },
    };
    const seconds = call.input.integer("DurationSeconds", SECONDS, 0, SECONDS);
    return show(aws.credentials.createSession(root, new Date(now.getTime() + seconds * 1000)));
  },
});

const target = (call: Call): string => call.input.matching("TargetPrincipal", /^\d{12}$/);

function taskArn(call: Call): string {
  const { arn } = (call.input.values["TaskPolicyArn"] ?? {}) as { arn?: string };
  return arn ?? "";
}

function task(call: Call): string {
  const actions = TASKS[TASK_ARN.exec(taskArn(call))?.[1] ?? ""];
  if (actions === undefined)
    throw validationError(`The sandbox does not know the task ${taskArn(call)} of AssumeRoot.`);
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }],
  });
}
