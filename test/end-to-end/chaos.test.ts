import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { setTimeout } from "node:timers/promises";

import { serviceControlPolicy } from "../../infra/policies.ts";
import type { RecordedRequest } from "../sandbox/index.ts";
import { Dice } from "../support/dice.ts";
import { Administrator } from "../support/harness.ts";

/** `MFA_ADMIN_CHAOS_ROUNDS` sets the number of rounds, `MFA_ADMIN_CHAOS_SEED` the seed of the random choices. */
const rounds = Number(process.env["MFA_ADMIN_CHAOS_ROUNDS"] ?? 3);
const seed = Number(process.env["MFA_ADMIN_CHAOS_SEED"] ?? 20261127);

/** The most undisturbed runs that may be needed until one succeeds. */
const quietRuns = 2;

const people = ["alice", "bob", "carol", "dave", "erin"];

/** A roster: the names of each developer's accounts. */
type Roster = Map<string, string[]>;

/** The settings that vary. */
interface Varying {
  roster: Roster;
  /** The longest session of a role, in seconds. */
  session: number;
}

describe(`through random edits, kills and faults (seed ${seed})`, function () {
  this.timeout(600_000);
  const dice = new Dice(seed);
  let admin: Administrator;
  let wanted: Varying = { roster: new Map(), session: 43_200 };

  before(async () => {
    admin = await Administrator.withProject();
  });
  after(() => admin.close());

  for (let round = 1; round <= rounds; round++) {
    it(`quiet runs end exactly at the settings, which may be as before again (round ${round})`, async () => {
      const before = wanted;
      // One round is always about the roles alone, killed while AWS updates them and taken back: few edits leave so little to do after it.
      const isOnRoles = round === 2;
      wanted = isOnRoles ? { ...wanted, session: otherSession() } : next();
      const trouble = isOnRoles ? killedAtRoles : dice.pick(troubles);
      const isBack = isOnRoles || (round > 1 && dice.chance(0.5));
      const told = `${trouble.name}, ${text(wanted)}${isBack ? ", and back" : ""}`;
      await admin.editSettings((text) => withSettings(text, wanted));
      await trouble.during(() => admin.run("up", "--yes", "--max-removals", "9"));
      admin.sandbox.clearFaults();
      admin.sandbox.setLatency(0, "ResourceHandler");
      if (isBack) {
        await admin.editSettings((text) => withSettings(text, before));
        wanted = before;
      }
      await endQuietly(told);
      expect(accessInAws(), told).to.eql(accessOf(wanted));
      expectPolicyInForce();
      expect((await admin.succeed("up", "--yes")).stdout, told).to.match(/: \d+ unchanged\.\n$/);
    });
  }

  const otherSession = (): number => 50_400 - wanted.session;

  /** Random settings that differ from those before: another roster, other sessions, or both. */
  function next(): Varying {
    const accounts = Object.keys(admin.sandbox.developmentAccounts);
    const roster = (): Roster =>
      new Map(
        people
          .filter(() => dice.chance(0.5))
          .map((name) => [name, dice.chance(0.5) ? accounts : [dice.pick(accounts)]] as const),
      );
    for (;;) {
      const made = {
        roster: dice.chance(0.3) ? wanted.roster : roster(),
        session: dice.chance(0.5) ? wanted.session : otherSession(),
      };
      if (text(made) !== text(wanted)) return made;
    }
  }

  /** Applies the settings without trouble. The first run may fail, as it does where it only reports what the disturbed run has left. */
  async function endQuietly(told: string): Promise<void> {
    for (let run = 1; ; run++) {
      const { status, stderr } = await admin.run("up", "--yes", "--max-removals", "9");
      if (status === 0) return;
      if (run === quietRuns) throw new Error(`${told}: up still fails without trouble:\n${stderr}`);
    }
  }

  type Run = () => Promise<unknown>;
  interface Trouble {
    name: string;
    during: (run: Run) => Promise<void>;
  }
  const killedAtRoles: Trouble = {
    name: "a kill while AWS updates the roles",
    during: () => killAfter("UpdateResource", "AWS::IAM::Role", 1),
  };
  const troubles: Trouble[] = [
    { name: "a kill while AWS creates", during: () => killAfter("CreateResource") },
    { name: "a kill while AWS deletes", during: () => killAfter("DeleteResource") },
    { name: "a kill while AWS updates", during: () => killAfter("UpdateResource") },
    {
      name: "answers that are lost",
      during: async (run) => {
        admin.sandbox.injectFault({
          service: "cloudcontrol",
          action: "CreateResource",
          code: "",
          times: 2,
          loseAnswer: true,
        });
        await run();
      },
    },
    {
      name: "an account that refuses",
      during: async (run) => {
        const [accountId] = [dice.pick(Object.values(admin.sandbox.developmentAccounts))];
        admin.sandbox.injectFault({ service: "cloudcontrol", accountId, code: "AccessDenied", status: 403, times: 3 });
        await run();
      },
    },
    {
      name: "handlers that fail",
      during: async (run) => {
        const handlerErrorCode = dice.pick(["ServiceInternalError", "NotStabilized", "Throttling"]);
        admin.sandbox.injectFault({ service: "cloudcontrol", code: "", times: 4, handlerErrorCode });
        await run();
      },
    },
    {
      name: "an IAM that throttles and then refuses",
      during: async (run) => {
        admin.sandbox.injectFault({ service: "iam", code: "Throttling", times: 5 });
        admin.sandbox.injectFault({ service: "iam", code: "AccessDenied", status: 403, times: 2 });
        await run();
      },
    },
  ];

  /** Kills `up` with its child processes up to 600 ms after AWS was asked for the action `times` times. AWS finishes its work. */
  async function killAfter(action: string, type?: string, times = dice.between(1, 3)): Promise<void> {
    const handler = 400;
    const from = admin.sandbox.requests.length;
    admin.sandbox.setLatency(handler, "ResourceHandler");
    let ended = false;
    const meanwhile = async (child: ChildProcess): Promise<void> => {
      child.once("close", () => (ended = true));
      const isMeant = (one: RecordedRequest): boolean =>
        one.action === action && (type === undefined || one.input["TypeName"] === type);
      const asked = (): number => admin.sandbox.requests.slice(from).filter(isMeant).length;
      while (!ended && asked() < times) await setTimeout(20);
      await setTimeout(dice.between(0, 600));
      if (!ended) process.kill(-(child.pid ?? 0), "SIGKILL");
    };
    await admin.runWith({ meanwhile }, "up", "--yes", "--max-removals", "9");
    await setTimeout(handler + 100);
  }

  /** The access of each developer in AWS: the accounts with a role, the user's groups, and the inline policies of both, which may deny. */
  function accessInAws(): Record<string, unknown> {
    const { organization, authAccount, developmentAccounts } = admin.sandbox;
    const { users } = organization.account(authAccount);
    const access: Record<
      string,
      { roles: [account: string, session: number | undefined][]; groups: string[]; denied: string[] }
    > = {};
    for (const name of users.names) {
      const user = users.get(name);
      access[name] = {
        roles: [],
        groups: [...(user?.groups ?? [])].map(({ name }) => name),
        denied: [...(user?.inlinePolicies.keys() ?? [])],
      };
    }
    for (const [account, id] of Object.entries(developmentAccounts)) {
      const { roles } = organization.account(id);
      for (const roleName of roles.names.filter((one) => one.startsWith("developer-"))) {
        const entry = (access[roleName.slice("developer-".length)] ??= { roles: [], groups: [], denied: [] });
        entry.roles.push([account, roles.get(roleName)?.maxSessionDuration]);
        entry.denied.push(...(roles.get(roleName)?.inlinePolicies.keys() ?? []));
      }
    }
    return access;
  }

  function accessOf({ roster, session }: Varying): Record<string, unknown> {
    const all = Object.keys(admin.sandbox.developmentAccounts);
    const rolesIn = (accounts: string[]): unknown[] =>
      all.filter((account) => accounts.includes(account)).map((account) => [account, session]);
    return Object.fromEntries(
      [...roster].map(([name, accounts]) => [
        name,
        { roles: rolesIn(accounts), groups: ["mfa-admin-developers"], denied: [] },
      ]),
    );
  }

  function expectPolicyInForce(): void {
    const { organization, organizationalUnit } = admin.sandbox;
    const [policy, ...others] = [...organization.policies.values()].filter(({ awsManaged }) => !awsManaged);
    expect(others).to.eql([]);
    expect(JSON.parse(policy?.content ?? "")).to.eql(serviceControlPolicy());
    expect([...(policy?.targets ?? [])]).to.eql([organizationalUnit]);
  }
});

const text = ({ roster, session }: Varying): string => JSON.stringify({ roster: [...roster], session });

/** The settings with these and no others; what the engine itself has noted there stays. */
function withSettings(text: string, { roster, session }: Varying): string {
  const lines = [...roster].map(([name, accounts]) => `    ${name}: { accounts: [${accounts.join(", ")}] }\n`);
  const developers = `  mfa-admin:developers:${lines.length === 0 ? " {}\n" : `\n${lines.join("")}`}`;
  return text
    .replace(/^ {2}mfa-admin:sessionDuration:.*\n/m, "")
    .replace(/^ {2}mfa-admin:developers:.*\n(?: {4}.*\n)*/m, `  mfa-admin:sessionDuration: ${session}\n${developers}`);
}
