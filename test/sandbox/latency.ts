import { setTimeout } from "node:timers/promises";

/** The action name by which the duration of a Cloud Control handler is set. */
export const RESOURCE_HANDLER = "ResourceHandler";

/** The duration of each action. */
export class Latency {
  #everywhere: number;
  readonly #ofAction = new Map<string, number>();

  constructor(milliseconds: number) {
    this.#everywhere = milliseconds;
  }

  set(milliseconds: number, action?: string): void {
    if (action === undefined) this.#everywhere = milliseconds;
    else this.#ofAction.set(action, milliseconds);
  }

  of(action: string): number {
    return this.#ofAction.get(action) ?? this.#everywhere;
  }

  async wait(action: string): Promise<void> {
    const milliseconds = this.of(action);
    // Unreferenced: the server keeps the process alive, and a pending answer must not.
    if (milliseconds > 0) await setTimeout(milliseconds, undefined, { ref: false });
  }
}
