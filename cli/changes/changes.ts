import { isHalfMade } from "../../infra/errors.ts";
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation/events.js";

export type Operation = "create" | "update" | "replace" | "delete";

/** One resource that a run changes, or would change. */
export interface Change {
  operation: Operation;
  /** The account's name in the settings, or `management` or `auth`. */
  account: string;
  /** What it is, in AWS's words: user, role, group, managed policy, service control policy. */
  type: string;
  /** Its name in AWS. */
  name: string;
  /** The properties that differ, in an update. */
  properties?: string[];
}

/** One resource that could not be changed, and why. */
export interface ResourceFailure extends Omit<Change, "operation" | "properties"> {
  operation: string;
  message: string;
  /** Whether AWS has the resource all the same, though not as it should be. */
  halfMade: boolean;
  /** What the engine says of the failed operation. */
  step: StepEventMetadata;
}

const operations: Partial<Record<string, Operation>> = {
  create: "create",
  update: "update",
  delete: "delete",
  replace: "replace",
};

const typeNames: Partial<Record<string, string>> = {
  "aws-native:iam:User": "user",
  "aws-native:iam:Role": "role",
  "aws-native:iam:Group": "group",
  "aws-native:iam:ManagedPolicy": "managed policy",
  "aws-native:organizations:Policy": "service control policy",
  "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": "password policy",
  "aws:iam/accountAlias:AccountAlias": "account alias",
};

/** Whether a step is about something in AWS: not a provider, a component or the stack itself. */
export function isCloudResource({ type }: Pick<StepEventMetadata, "type">): boolean {
  return type in typeNames;
}

/** The change that a step makes; nothing for one that leaves its resource as it is. */
export function changeOf(step: StepEventMetadata): Change | undefined {
  const operation = operations[step.op];
  if (operation === undefined) return undefined;
  const properties = step.diffs ?? Object.keys(step.detailedDiff ?? {});
  return { operation, ...identityOf(step), ...(properties.length > 0 && operation !== "delete" && { properties }) };
}

export function identityOf(step: StepEventMetadata): Identity {
  const state = step.new ?? step.old;
  const inputs = state?.inputs as Record<string, unknown> | undefined;
  return identityOfResource({ ...step, provider: step.provider || state?.provider, inputs });
}

/** What a resource is for the user, by its part of the state. */
export function identityOfResource({ urn, type, provider = "", inputs = {} }: Described): Identity {
  const name = ["userName", "roleName", "groupName", "managedPolicyName", "name", "accountAlias"]
    .map((key) => inputs[key])
    .find((value) => typeof value === "string");
  return {
    account: providerName(provider),
    type: typeNames[type] ?? type,
    name: typeof name === "string" ? name : nameOf(urn),
  };
}

type Identity = Pick<Change, "account" | "type" | "name">;

interface Described {
  urn: string;
  type: string;
  provider?: string | undefined;
  inputs?: Record<string, unknown> | undefined;
}

/** `urn:pulumi:STACK::PROJECT::TYPE::NAME`, followed by `::ID` in a reference to a provider. */
export function nameOf(urn: string): string {
  return urn.split("::")[3] ?? urn;
}

function providerName(reference: string): string {
  return reference === "" ? "" : nameOf(reference).replace(/^auth-settings$/, "auth");
}

/** What the engine warns of at the beginning of a run; no event of its own tells it. */
const PENDING = "pending operations from previous deployment";

/** Everything that a run's events say, gathered as they come. */
export class RunRecord {
  readonly changes: Change[] = [];
  readonly failures: ResourceFailure[] = [];
  /** Errors that belong to no single resource. */
  readonly errors: string[] = [];
  /** Whether an earlier run died while it was making something: what came of that is not known. */
  resumesUnfinished = false;
  /** Resources that the run has dealt with, changed or not. */
  finished = 0;
  /** Whether resources that stay as they are count. */
  private readonly countUnchanged: boolean;
  private readonly messages = new Map<string, string[]>();
  private readonly failedSteps: StepEventMetadata[] = [];

  constructor(countUnchanged: boolean) {
    this.countUnchanged = countUnchanged;
  }

  /** Takes one event in; returns the change that it completes, if any. */
  add(event: EngineEvent): Change | undefined {
    const { diagnosticEvent, resOpFailedEvent, resOutputsEvent } = event;
    if (diagnosticEvent?.severity === "warning" && diagnosticEvent.message.includes(PENDING)) {
      this.resumesUnfinished = true;
    }
    if (diagnosticEvent?.severity === "error") {
      const text = cleaned(diagnosticEvent.message);
      const urn = diagnosticEvent.urn ?? "";
      this.messages.set(urn, [...(this.messages.get(urn) ?? []), text]);
    }
    if (resOpFailedEvent && isCloudResource(resOpFailedEvent.metadata))
      this.failedSteps.push(resOpFailedEvent.metadata);
    if (!resOutputsEvent || !isCloudResource(resOutputsEvent.metadata)) return undefined;
    const change = changeOf(resOutputsEvent.metadata);
    if (change) this.changes.push(change);
    // A replacement comes with two more steps of the same resource.
    const isPart = ["create-replacement", "delete-replaced"].includes(resOutputsEvent.metadata.op);
    if (change || (this.countUnchanged && !isPart)) this.finished++;
    return change;
  }

  /** To be called once after the last event: an error's text may come after the failure that it explains. */
  close(): void {
    for (const step of this.failedSteps) {
      const texts = this.messages.get(step.urn) ?? ["no reason was given"];
      const message = texts.map(reasonOf).join(" ");
      this.failures.push({ ...identityOf(step), operation: step.op, message, halfMade: texts.some(isHalfMade), step });
      this.messages.delete(step.urn);
    }
    for (const texts of this.messages.values()) this.errors.push(...texts);
  }
}

/** AWS's own words in a text that also repeats which operation failed. */
function reasonOf(text: string): string {
  return text.replace(/^.*operation (?:CREATE|UPDATE|DELETE) failed with "(\w+)": /, "$1: ");
}

/** The engine's messages carry colour marks. */
function cleaned(message: string): string {
  return message
    .replace(/<\{%.*?%\}>/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
