import { type Sandbox, startSandbox } from "../sandbox/index.ts";
import { inEnvironment } from "./environment.ts";

/** An organization with many development accounts; this process has its management account's credentials. */
export interface LargeOrganization {
  sandbox: Sandbox;
  /** The organizational unit of the accounts. */
  unit: string;
  /** The ids of the accounts. */
  ids: string[];
  /** The result of a function, and the calls to AWS that it has made, in order. */
  asking<T>(something: () => Promise<T>): Promise<{ answer: T; calls: string[] }>;
  close(): Promise<void>;
}

/** @param count the number of development accounts */
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
