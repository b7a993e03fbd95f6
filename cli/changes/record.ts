import { isHalfMade } from "../../infra/errors.ts";
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation/events.js";

import type { Change } from "../results/change.ts";
import { changeOf } from "./change.ts";
import { resourceOf } from "./resource.ts";
import { type ResourceIdentity, identityOf, isCloudResource } from "./step.ts";

/** One resource that could not be changed, and why. */
export interface ResourceFailure extends ResourceIdentity {
  message: string;
  /** Whether AWS has the resource all the same, though not as it should be. */
  halfMade: boolean;
  /** What the engine says of the failed operation. */
  step: StepEventMetadata;
}

/** Part of the engine's warning of pending operations at the beginning of a run; no other event tells of them. */
const PENDING = "pending operations from previous deployment";

/** The changes, failures and errors of a run, gathered from its engine events as they come. */
export class RunRecord {
  readonly changes: Change[] = [];
  readonly failures: ResourceFailure[] = [];
  /** Errors that belong to no single resource. */
  readonly errors: string[] = [];
  /** Whether an earlier run died during an operation, whose outcome is unknown. */
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
    const resource = resOutputsEvent && resourceOf(resOutputsEvent.metadata);
    if (resource === undefined) return undefined;
    const change = resource.operation === "same" ? undefined : changeOf(resource);
    if (change) this.changes.push(change);
    if (change || this.countUnchanged) this.finished++;
    return change;
  }

  /** Completes the record; call it once, after the last event: an error's text may come after the failure that it explains. */
  close(): void {
    for (const step of this.failedSteps) {
      const texts = this.messages.get(step.urn) ?? ["no reason was given"];
      const message = texts.map(reasonOf).join(" ");
      this.failures.push({ ...identityOf(step), message, halfMade: texts.some(isHalfMade), step });
      this.messages.delete(step.urn);
    }
    for (const texts of this.messages.values()) this.errors.push(...texts);
  }
}

/** AWS's own words, without the provider's prefix that names the failed operation. */
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
