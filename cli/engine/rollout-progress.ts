import { setInterval } from "node:timers/promises";

import type { EngineEvent } from "./automation.ts";
import { operationUnderWay } from "../aws/stack-sets.ts";

const stackSetType = "aws-native:cloudformation:StackSet";

/** Milliseconds between two looks. */
const interval = 3000;

/**
 * Shows the progress of the StackSet while the engine waits for it: for the engine, it is one resource, however many accounts it
 * has. An error of AWS's does not fail the run.
 */
export class RolloutProgress {
  readonly #note: (text: string) => void;
  #watching: AbortController | undefined;

  constructor(note: (text: string) => void) {
    this.#note = note;
  }

  /** Takes in an event of the engine: watching begins and ends with the StackSet's own step. */
  add({ resourcePreEvent, resOutputsEvent, resOpFailedEvent }: EngineEvent): void {
    const { metadata } = resourcePreEvent ?? resOutputsEvent ?? resOpFailedEvent ?? {};
    if (metadata?.type !== stackSetType) return;
    this.end();
    if (resourcePreEvent === undefined || !["create", "update", "delete"].includes(resourcePreEvent.metadata.op))
      return;
    this.#watching = new AbortController();
    void this.#watch(this.#watching.signal);
  }

  end(): void {
    this.#watching?.abort();
    this.#watching = undefined;
  }

  async #watch(signal: AbortSignal): Promise<void> {
    let last = "";
    try {
      for await (const progressOf of setInterval(interval, operationUnderWay, { signal, ref: false })) {
        const progress = await progressOf().catch(() => undefined);
        if (progress === undefined || progress.total === 0) continue;
        const failed = progress.failed === 0 ? "" : `, ${progress.failed} failed`;
        const text = `  shared role: ${progress.done} of ${progress.total} accounts${failed}`;
        if (text !== last) this.#note(text);
        last = text;
      }
    } catch {
      // The watch was aborted.
    }
  }
}
