import { type Sandbox, startSandbox } from "../sandbox/index.ts";
import { inEnvironment } from "./environment.ts";

/** An organization with many development accounts, whose management account this process is in. */
export interface LargeOrganization {
  sandbox: Sandbox;
  /** The accounts' unit. */
  unit: string;
  /** The accounts. */
  ids: string[];
  /** What something comes to, and the calls to AWS that it made, in order. */
  asking<T>(something: () => Promise<T>): Promise<{ answer: T; calls: string[] }>;
  close(): Promise<void>;
}

/** @param count how many development accounts */
export async function largeOrganization(count: number): Promise<LargeOrganization> {
  const ids = Array.from({ length: count }, (_, index) => String(300000000001 + index));
  const sandbox = await startSandbox({
    developmentAccounts: Object.fromEntries(ids.map((id, index) => [`account-${index}`, id])),
  });
  const restore = inEnvironment(sandbox.environment());
  return {
    sandbox,
    unit: "ou-abcd-11111111",
    ids,
    async asking(something) {
      const from = sandbox.requests.length;
      const answer = await something();
      return { answer, calls: sandbox.requests.slice(from).map(({ action }) => action) };
    },
    async close() {
      restore();
      await sandbox.close();
    },
  };
}
