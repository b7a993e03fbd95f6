import { measure } from "./measure.ts";
import { comparison, type Row } from "./report.ts";
import type { SlowAws } from "./sandbox.ts";
import { type Form, stackOfAccounts } from "./stacks.ts";

/** Seconds that Cloud Control works on each resource. */
const handlerSeconds = 10;

/** The time for each resource, and the rates at which an account takes requests. Both are assumed: no page of AWS was found that states them. */
const slow: SlowAws = {
  handlerMilliseconds: handlerSeconds * 1000,
  rates: [
    {
      ...{ service: "cloudcontrol", actions: ["CreateResource", "UpdateResource", "DeleteResource"] },
      ...{ perSecond: 10, burst: 20 },
    },
    { service: "cloudcontrol", actions: ["GetResourceRequestStatus", "GetResource"], perSecond: 50, burst: 100 },
  ],
};

export interface Case {
  form: Form;
  accounts: number;
  developers: number;
  /** Whether every developer enters every account. */
  everywhere: boolean;
}

/**
 * The number of steps that wait for one another: policy, group, users, their roles, service control policy; with a shared role its stack set,
 * policy, group, users, service control policy.
 */
const steps = 5;

/**
 * Compares an `up` that makes the whole stack, where AWS works on each resource for seconds and throttles, with the critical path: the time
 * of the same run with answers at once, plus AWS's time for each of the steps that wait for one another.
 */
export async function benchWaiting(cases: Case[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const one of cases) {
    const atOnce = await made(one, {});
    const waiting = await made(one, slow);
    const { form, accounts, developers } = one;
    const what = `up, AWS works ${handlerSeconds} s on each: ${developers} developers, ${accounts} accounts, roles ${form}`;
    const critical = atOnce.seconds + steps * handlerSeconds;
    rows.push(
      comparison(
        { what, quantity: "time (bare: the critical path)", unit: "s" },
        { ours: waiting.seconds, bare: critical },
        1.5,
      ),
      { what, quantity: "throttled requests, all of which were tried again", unit: "", ours: waiting.throttled },
    );
  }
  return rows;
}

async function made({ form, accounts, developers, everywhere }: Case, aws: SlowAws) {
  const stack = await stackOfAccounts(accounts, developers, form, { everywhere, slow: aws });
  try {
    const { seconds } = await measure(stack.up);
    return { seconds, throttled: await stack.throttled() };
  } finally {
    await stack.close();
  }
}
