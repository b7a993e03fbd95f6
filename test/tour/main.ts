/**
 * `npm start`: the main job from end to end on a local AWS. The commands are those that an administrator types, the
 * engine and the plugin are the real ones, and the proof is made of calls signed with the developers' own keys.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";

import { isolatedEnvironment } from "../support/environment.ts";
import { type Sandbox, startSandbox } from "../sandbox/index.ts";
import { mfaAdmin } from "./commands.ts";
import { DeveloperAtMachine } from "./developer-at-machine.ts";
import { administratorIn, DeveloperInTour, firstAccessKey, Person } from "./people.ts";
import { Proof } from "./proof.ts";
import { proveDeveloper, proveGuardRails, proveRemoval, proveServiceControlPolicy } from "./promises.ts";

async function tour(sandbox: Sandbox, directory: string): Promise<boolean> {
  const started = Date.now();
  const proof = new Proof();
  const environment = isolatedEnvironment({ ...sandbox.environment(), PULUMI_CONFIG_PASSPHRASE: "tour" });
  const run = (...args: string[]): Promise<number> => mfaAdmin(args, directory, environment);
  const seconds = { commands: 0, proof: 0 };
  const sandboxAccount = sandbox.developmentAccounts["sandbox"] ?? "";

  say("A tour of mfa-admin on a local AWS: nothing leaves this machine, and no real account is touched.");
  const accounts = { management: sandbox.managementAccount, auth: sandbox.authAccount, ...sandbox.developmentAccounts };
  for (const [name, id] of Object.entries(accounts)) say(`  ${name.padEnd(10)}  ${id}`);
  say("In the account sandbox there is a machine user, ci-bot, whose key has AdministratorAccess and no MFA.");
  const machine = new Person(
    sandbox,
    sandbox.userInMemberAccount(sandboxAccount, "ci-bot", ["arn:aws:iam::aws:policy/AdministratorAccess"]),
  );
  await proveServiceControlPolicy(proof, machine, "before");

  heading("An administrator sets the stack up and lets two developers in");
  const flags = Object.entries(sandbox.developmentAccounts).flatMap(([name, id]) => [
    "--development-account",
    `${name}=${id}`,
  ]);
  const unit = ["--organizational-unit", sandbox.organizationalUnit];
  seconds.commands += await run("init", "--stack", "tour", "--auth-account", sandbox.authAccount, ...flags, ...unit);
  say("ci-bot uses its key: without consent, mfa-admin up would refuse to shut it out.");
  seconds.commands += await run("up", "--yes", "--accept-shut-out");
  for (const name of ["alice", "bob"]) {
    seconds.commands += await run("add-developer", name, "--yes", "--password-file", `${name}.password`);
  }
  seconds.commands += await run("list");

  heading("What can be done now, tried with the developers' own keys through the AWS SDK");
  const proving = Date.now();
  const administrator = await administratorIn(sandbox, sandbox.authAccount);
  const alice = new DeveloperInTour(sandbox, "alice", await firstAccessKey(administrator, "alice"));
  const bobKey = await firstAccessKey(administrator, "bob");
  const bobAtMachine = await DeveloperAtMachine.at(sandbox, join(directory, "bob"));
  const passwordOf = async (name: string): Promise<string> =>
    (await readFile(join(directory, `${name}.password`), "utf8")).trim().slice(name.length + 1);
  await proveDeveloper(proof, alice, await passwordOf("alice"));
  await proveServiceControlPolicy(proof, machine, "after");
  say(proof.table());
  seconds.proof += (Date.now() - proving) / 1000;

  heading("Bob sets himself up on his own machine, with a first access key made in the console");
  seconds.commands += await bobAtMachine.enroll(bobKey, await passwordOf("bob"));
  seconds.commands += await bobAtMachine.run("login", bobAtMachine.nextCode(), "--account", "sandbox");
  seconds.commands += await bobAtMachine.run("whoami");
  const [bob, session] = [
    new Person(sandbox, await bobAtMachine.session("auth")),
    new Person(sandbox, await bobAtMachine.session("dev")),
  ];
  await proof.expect("refused", "bob", "without MFA", "use the first key, which enroll has replaced", () =>
    new Person(sandbox, bobKey).sts.send(new GetCallerIdentityCommand({})),
  );
  await proof.expect("allowed", "bob", "with MFA", "list instances in sandbox by the profile dev", () =>
    session.ec2.send(new DescribeInstancesCommand({})),
  );
  say(`\n${proof.table()}`);

  heading("Guard rails: what a stolen session, an outsider and a leaked key cannot take away from the organization");
  const attackers = {
    thief: await alice.assume("developer-alice", alice.nextCode()),
    outsider: new Person(sandbox, sandbox.addOutsider("999999999999", "outside")),
    mallory: new Person(
      sandbox,
      sandbox.userInMemberAccount(sandbox.authAccount, "mallory", ["arn:aws:iam::aws:policy/AdministratorAccess"]),
    ),
  };
  say("A thief holds a session of alice's for an hour, and makes a role, partner, that trusts a stranger's account");
  say("and the auth account. mallory is a user there, made by hand with AdministratorAccess; her key has leaked.");
  await proveGuardRails(proof, sandbox, attackers, "before");
  const settingsFile = join(directory, "Pulumi.tour.yaml");
  const guardRails = "mfa-admin:guardRails: [roles, identities, organization, root, auth, outsiders]";
  say(`An administrator adds to Pulumi.tour.yaml: ${guardRails}`);
  const before = await readFile(settingsFile, "utf8");
  await writeFile(settingsFile, before.replace("  mfa-admin:developers:", `  ${guardRails}\n  mfa-admin:developers:`));
  seconds.commands += await run("up", "--yes");
  await proveGuardRails(proof, sandbox, attackers, "after");
  say(`\n${proof.table()}`);

  heading("Bob leaves");
  seconds.commands += await run("remove-developer", "bob", "--yes");
  const parting = Date.now();
  await proveRemoval(proof, sandbox, { bob, session, alice });
  say(`\n${proof.table()}`);
  seconds.proof += (Date.now() - parting) / 1000;

  heading("What happened");
  const right = proof.lines.length - proof.unexpected.length;
  say(`  ${right} of ${proof.lines.length} attempts came out as expected.`);
  say("  Changed: a service control policy on the development accounts, and guard rails; a group and its policy,");
  say("  alice's user and her two roles; bob's came and went. Every other request without MFA is refused.");
  say(
    `  Time: ${seconds.commands.toFixed(0)} s in mfa-admin, ${seconds.proof.toFixed(0)} s for the proof, ` +
      `${((Date.now() - started) / 1000).toFixed(0)} s in all. AWS would charge nothing for any of it.`,
  );
  say("\nNext: npm run sandbox keeps a local AWS running to try things on; README.md leads to a real organization.");
  for (const { who, what, mfa, expected, got } of proof.unexpected) {
    console.error(`Not as expected: ${who}, ${mfa}: ${what}: expected ${expected}, got ${got}.`);
  }
  return proof.unexpected.length === 0;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function heading(text: string): void {
  process.stdout.write(`\n== ${text}\n`);
}

const sandbox = await startSandbox({ resourceControlPolicies: true });
const directory = await mkdtemp(join(tmpdir(), "mfa-admin-tour-"));
try {
  process.exitCode = (await tour(sandbox, directory)) ? 0 : 1;
} catch (error) {
  console.error(`\nThe tour stopped: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await sandbox.close();
  await rm(directory, { recursive: true, force: true });
}
