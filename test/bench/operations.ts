import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { parse, stringify } from "yaml";

import type { MfaDevice, Role, User } from "../sandbox/model/entities.ts";
import { Administrator, program } from "../support/harness.ts";
import { latencyOfAws, measureTime, outputOf, type Program } from "./measure.ts";
import { comparison, type Row } from "./report.ts";

/** The numbers of accounts and developers. */
export interface Size {
  developers: number;
  accounts: number;
}

/** Every so many developers have not signed in yet, so that IAM alone knows of their one-time password. */
const newcomerEvery = 50;

/** `mfa-admin doctor` and `mfa-admin audit`: the calls that each makes of AWS, against the fewest that could say as much. */
export async function benchOperations(sizes: Size[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of sizes) {
    const admin = await stackInUse(size);
    try {
      const fewest = { doctor: fewestOfDoctor(size), audit: fewestOfAudit(size) };
      for (const [command, least] of Object.entries(fewest))
        rows.push(...(await measured(admin, command, size, least)));
    } finally {
      await admin.close();
    }
  }
  return rows;
}

/** What the commands say when they have looked at everybody. */
const saysAll: Record<string, (size: Size) => RegExp> = {
  doctor: ({ developers }) => new RegExp(`^ok +In auth: ${developers} of \\d+ users;`, "m"),
  audit: ({ developers }) => new RegExp(`^${developers.toLocaleString("en")} IAM users, `, "m"),
};

async function measured(admin: Administrator, command: string, size: Size, least: number): Promise<Row[]> {
  const { sandbox } = admin;
  const run: Program = { script: program, args: [command], cwd: admin.directory, env: admin.environment() };
  const from = sandbox.requests.length;
  const stdout = await outputOf(run);
  if (saysAll[command]?.(size).test(stdout) !== true) throw new Error(`${command} has seen something else:\n${stdout}`);
  const ours = sandbox.requests.length - from;
  sandbox.setLatency(latencyOfAws);
  const seconds = await measureTime(run);
  sandbox.setLatency(0);
  const what = `${command} of ${size.developers} developers in ${size.accounts} accounts`;
  const quantity = `time, with ${latencyOfAws} ms until each answer`;
  return [
    comparison({ what, quantity: "AWS calls (bare: the fewest)", unit: "" }, { ours, bare: least }, 1.5),
    { what, quantity, unit: "s", ours: Number(seconds.toPrecision(4)) },
  ];
}

/** What a page has of users, roles or devices (IAM API Reference, "MaxItems"), and of Organizations' lists. */
const pagesOf = (count: number): number => Math.max(1, Math.ceil(count / 1000));
const pagesOfOrganizations = (count: number): number => Math.max(1, Math.ceil(count / 20));

/** Whose credentials, which organization; the tree and what is attached; each account by its role, its quotas, and a look around. */
function fewestOfDoctor({ accounts }: Size): number {
  const tree = [
    // The root with its types; the accounts below the unit, and the unit itself; the place and the state of the auth account.
    ...[1, pagesOfOrganizations(accounts), 1, 2],
    // The policies; what ours says, and where it is; where everything is allowed.
    ...[1, 1, 1, pagesOfOrganizations(accounts + 3)],
  ];
  return 2 + tree.reduce((sum, calls) => sum + calls) + 3 * (accounts + 1);
}

/** Whose credentials, which organization; in each account the role, the report, which AWS is asked for until it is made, and the users; the devices. */
function fewestOfAudit({ developers, accounts }: Size): number {
  const newcomers = Math.floor(developers / newcomerEvery);
  return 2 + (accounts + 1) * (1 + 3) + pagesOf(developers) + accounts + pagesOf(developers) + newcomers;
}

/** A stack that is used: everybody has a device, a key and a password, with which all but the newcomers have signed in. */
async function stackInUse({ developers, accounts }: Size): Promise<Administrator> {
  const developmentAccounts = Object.fromEntries(
    Array.from({ length: accounts }, (_, index) => [`team-${index + 1}`, String(333_333_333_333 + index)]),
  );
  const edit = (text: string): string => {
    const { config, ...rest } = parse(text) as { config: object };
    return stringify({ ...rest, config: { ...config, "mfa-admin:developmentAccounts": developmentAccounts } });
  };
  const admin = await Administrator.withStack({ developers: [first], developmentAccounts, edit });
  const others = Array.from({ length: developers - 1 }, (_, index) => `person-${String(index + 2).padStart(4, "0")}`);
  await Promise.all([addToSettings(admin, others), addToState(admin, others)]);
  addToAws(admin, others);
  for (const [index, name] of [first, ...others].entries()) use(admin, name, (index + 1) % newcomerEvery === 0);
  return admin;
}

/** The developer whom `up` makes. The others are copies of this one under other names: the engine would take minutes for them. */
const first = "alice";

async function addToSettings(admin: Administrator, names: string[]): Promise<void> {
  await admin.editSettings((text) =>
    text.replace(/^( +)alice: \{\}$/m, (line, indent: string) =>
      [line, ...names.map((name) => `${indent}${name}: {}`)].join("\n"),
    ),
  );
}

async function addToState(admin: Administrator, names: string[]): Promise<void> {
  const file = join(admin.stateDirectory, ".pulumi", "stacks", "mfa-admin", "main.json");
  const state = JSON.parse(await readFile(file, "utf8")) as {
    checkpoint: { latest: { resources: { urn: string }[] } };
  };
  const { resources } = state.checkpoint.latest;
  const texts = resources.filter(({ urn }) => urn.includes(first)).map((resource) => JSON.stringify(resource));
  for (const name of names) {
    for (const text of texts) resources.push(JSON.parse(text.replaceAll(first, name)) as { urn: string });
  }
  await writeFile(file, JSON.stringify(state));
}

function addToAws({ sandbox }: Administrator, names: string[]): void {
  const { users } = sandbox.organization.account(sandbox.authAccount);
  const user = users.get(first);
  if (user === undefined) throw new Error(`The stack has no user ${first}.`);
  names.forEach((name, index) => {
    users.add({
      ...identity(user, name, `AIDABENCH${String(index).padStart(12, "0")}`),
      ...{ groups: new Set(user.groups), accessKeys: [], mfaDevices: [] },
      ...{ sshPublicKeys: [], signingCertificates: [], serviceSpecificCredentials: [] },
    });
  });
  for (const id of Object.values(sandbox.developmentAccounts)) {
    const { roles } = sandbox.organization.account(id);
    const role = roles.get(`developer-${first}`);
    if (role === undefined) throw new Error(`The stack has no role of ${first}.`);
    names.forEach((name, index) => {
      const { maxSessionDuration, trustPolicy } = role;
      const own = identity(role, `developer-${name}`, `AROABENCH${String(index).padStart(12, "0")}`);
      roles.add({ ...own, maxSessionDuration, trustPolicy: trustPolicy.replaceAll(first, name) });
    });
  }
}

function identity(of: User | Role, name: string, id: string) {
  return {
    ...{ name, id, path: of.path, arn: of.arn.replace(/[^/]+$/, name), created: of.created },
    inlinePolicies: new Map(of.inlinePolicies),
    attachedPolicies: new Set(of.attachedPolicies),
    tags: new Map([...of.tags].map(([key, value]) => [key, value.replaceAll(first, name)])),
  };
}

function use({ sandbox }: Administrator, name: string, isNewcomer: boolean): void {
  const { users, virtualMfaDevices } = sandbox.organization.account(sandbox.authAccount);
  const user = users.get(name);
  if (user === undefined) throw new Error(`The stack has no user ${name}.`);
  const now = sandbox.clock.now();
  const common = { created: now, passwordChanged: now };
  user.loginProfile = { password: "not asked for", passwordResetRequired: isNewcomer, ...common };
  if (isNewcomer) return;
  user.passwordLastUsed = new Date(now.getTime() + 1000);
  user.accessKeys.push({
    accessKeyId: `AKIABENCH${user.id.slice(-11)}`,
    secretAccessKey: "not asked for",
    status: "Active",
    created: now,
    lastUsed: { date: now, service: "sts", region: "us-east-1" },
  });
  const device: MfaDevice = {
    ...{ name, serialNumber: `arn:aws:iam::${sandbox.authAccount}:mfa/${name}`, seed: "not asked for", created: now },
    ...{ enabled: { user, date: now }, lastStep: 0, verifications: [] },
  };
  virtualMfaDevices.add(device);
  user.mfaDevices.push(device);
}
