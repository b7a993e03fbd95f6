import { measure } from "./measure.ts";
import { comparison, type Row } from "./report.ts";
import type { SlowAws } from "./sandbox.ts";
import { type Form, stackOfAccounts } from "./stacks.ts";

/** Seconds that Cloud Control works on each resource. */
const handlerSeconds = 10;

/** What an account takes a second. Both are assumed: no page of AWS's was found that tells them. */
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

/** What waits for something else: policy, group, users, their roles, service control policy. A shared role waits for no user. */
const steps: Record<Form, number> = { "per-developer": 5, shared: 4 };

/**
 * `up` that makes all of it where AWS works on each resource for seconds, and throttles, against the critical path: the same run with
 * answers at once, and the time of AWS for each of the steps that wait for one another.
 */
export async function benchWaiting(cases: Case[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const one of cases) {
    const atOnce = await made(one, {});
    const waiting = await made(one, slow);
    const { form, accounts, developers } = one;
    const what = `up, AWS works ${handlerSeconds} s on each: ${developers} developers, ${accounts} accounts, roles ${form}`;
    const critical = atOnce.seconds + steps[form] * handlerSeconds;
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
