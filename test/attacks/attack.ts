/** What the attacks share: an organization with the stack, and an attack tried without and with what stops it. */

import { AttachRolePolicyCommand, CreatePolicyCommand, CreateRoleCommand, type IAMClient } from "@aws-sdk/client-iam";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Settings } from "../../infra/settings.ts";
import { type Credentials, type Sandbox, startSandbox } from "../sandbox/index.ts";
import { ADMINISTRATOR_ACCESS, administratorOf, clients, type Clients, given, refusal } from "../sandbox/testing.ts";
import { Developer } from "../support/developer.ts";
import { madeOnce } from "../support/made-once.ts";
import { makeStack, settingsFor } from "../support/stack-without-engine.ts";

export { expect } from "chai";

const outside = "999999999999";

interface Options {
  /** The settings by which the stack differs. */
  settings?: Record<string, unknown>;
  /** Policies of the development accounts' own, which are there before the stack: documents by name. */
  ownPolicies?: Record<string, string>;
}

/** An organization with the stack: the developers alice and bob, who have not enrolled yet. */
export class Target {
  readonly sandbox: Sandbox;
  readonly settings: Settings;
  /** The id of the development account sandbox. */
  readonly account: string;
  readonly #sessions = new Map<string, Promise<Clients>>();

  private constructor(sandbox: Sandbox, settings: Settings) {
    this.sandbox = sandbox;
    this.settings = settings;
    this.account = sandbox.developmentAccounts["sandbox"] ?? "";
  }

  /** The stack of the same options is made once, and copied. */
  static async with({ settings: changes = {}, ownPolicies = {} }: Options): Promise<Target> {
    const sandbox = await startSandbox({ resourceControlPolicies: true });
    const settings = settingsFor(sandbox, { developers: { alice: {}, bob: {} }, ...changes });
    const directory = await madeOnce(JSON.stringify(["attacks", settings, ownPolicies]), async (made) => {
      for (const account of Object.values(sandbox.developmentAccounts)) {
        const { iam } = await administratorOf(sandbox, account);
        for (const [PolicyName, PolicyDocument] of Object.entries(ownPolicies)) {
          await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));
        }
      }
      await makeStack(sandbox, settings);
      await writeFile(join(made, "aws"), sandbox.save());
    });
    sandbox.restore(await readFile(join(directory, "aws")));
    return new Target(sandbox, settings);
  }

  /** A developer at work: enrolled, with a session of the role in the account sandbox, the same all day. */
  session(name = "alice"): Promise<Clients> {
    const made =
      this.#sessions.get(name) ?? Developer.enrol(this.sandbox, name).then((developer) => developer.login("sandbox"));
    this.#sessions.set(name, made);
    return made;
  }

  /** Somebody with a key of an account outside of the organization. */
  outsider(): { arn: string; key: Credentials; accountId: string } {
    const key = this.sandbox.addOutsider(outside, "outside");
    return { arn: `arn:aws:iam::${outside}:user/administrator`, key, accountId: outside };
  }

  /** An IAM user of an account, and its key: as found in development accounts, or made by hand in the auth account. */
  userOf(accountId: string, name: string, policies: string[] = [ADMINISTRATOR_ACCESS]): Clients {
    return this.as(this.sandbox.userInMemberAccount(accountId, name, policies));
  }

  /** Clients that sign with these credentials. */
  as(credentials: Credentials): Clients {
    return clients(this.sandbox, credentials);
  }

  roleArn(name: string, account = this.account): string {
    return `arn:aws:iam::${account}:role/${name}`;
  }

  /** Assumes a role without MFA. */
  async assume({ sts }: Clients, name: string, account = this.account): Promise<Clients> {
    const RoleArn = this.roleArn(name, account);
    const { Credentials: session } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "attack" }));
    return this.as(given(session));
  }
}

/** A role with every permission that trusts somebody. */
export async function createOpenRole(
  iam: IAMClient,
  RoleName: string,
  AssumeRolePolicyDocument: string,
): Promise<void> {
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: ADMINISTRATOR_ACCESS }));
}

/** The refusal: AWS names the action, and the kind of policy that denies it. */
export interface Refused {
  action: string;
  by: "service control policy" | "resource control policy" | "identity-based policy";
}

export const byServiceControlPolicy = (action: string): Refused => ({ action, by: "service control policy" });

/** Tries an attack on an organization. It goes through to its end, and shows there what it has gained. */
export type Attack = (target: Target) => Promise<void>;

/**
 * Shows that an attack succeeds on the stack as the article has it, and is refused by these settings, and by what.
 *
 * @param also what has to go on besides, where the attack was refused
 */
export async function expectStopped(
  { settings, ownPolicies = {} }: Options,
  { action, by }: Refused,
  attack: Attack,
  also: Attack = () => Promise.resolve(),
): Promise<void> {
  await on(
    await Target.with({ ownPolicies, settings: { ...settings, guardRails: [], accessKeys: "article" } }),
    attack,
  );
  await on(await Target.with({ ownPolicies, ...(settings !== undefined && { settings }) }), async (target) => {
    const error = await refusal(attack(target));
    expect(error.message, error.stack).to.contain(`is not authorized to perform: ${action} `);
    expect(error.message).to.match(new RegExp(`with an explicit deny in an? ${by}$`));
    await also(target);
  });
}

/** Tries an attack on a target, which is removed afterwards. */
export async function on(target: Target, attempt: Attack): Promise<void> {
  try {
    await attempt(target);
  } finally {
    await target.sandbox.close();
  }
}

/** The settings with these guard rails alone. */
export const guardedBy = (...guardRails: Settings["guardRails"]): { settings: Record<string, unknown> } => ({
  settings: { guardRails },
});

/** The settings by which access keys need MFA. */
export const keysWithMfa = { settings: { accessKeys: "with-mfa" } };
