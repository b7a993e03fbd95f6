import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";

import type { AccessKeyStatus, RevokeKeysResult } from "../results/credentials.ts";
import { StackCommand } from "../command.ts";
import { Failure } from "../failure.ts";
import { endSessionsFlag, yesFlag } from "../flags.ts";

export default class RevokeKeys extends StackCommand {
  static override summary = "Take a developer's access keys away, all of them or one.";
  static override description =
    "Shows the keys and when they were last used, asks, deactivates and deletes them. The password and the MFA devices stay.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> alice",
    "<%= config.bin %> <%= command.id %> alice --key AKIAIOSFODNN7EXAMPLE --yes",
  ];
  static override args = { name: Args.string({ description: "The user's name.", required: true }) };
  static override flags = {
    key: Flags.string({ description: "The id of the only key to take away.", helpValue: "ID" }),
    "end-sessions": endSessionsFlag,
    yes: yesFlag,
  };

  async run(): Promise<RevokeKeysResult> {
    const { flags, args } = await this.parse(RevokeKeys);
    const ask = await import("../terminal/ask.ts");
    const project = await this.project(flags);
    const [
      { userInEmergency },
      { listEach, requireAllTaken, takeEach, tellNotTaken },
      { sessionsAfter },
      { aboutUser },
      { accessKeyStatuses },
      { removeAccessKey },
      { accessKeyTable },
    ] = await Promise.all([
      import("../developers/emergency-target.ts"),
      import("../developers/emergency-refusal.ts"),
      import("../developers/end-sessions.ts"),
      import("../aws/missing-user.ts"),
      import("../aws/access-key-status.ts"),
      import("../../infra/access-keys.ts"),
      import("../developers/credential-tables.ts"),
    ]);
    const { iam, userName: name, settings, target } = await userInEmergency(project, args.name);
    ask.requireConfirmable(flags.yes);
    const list = aboutUser(name, "revoke-keys", accessKeyStatuses(iam, name));
    const { things: keys, unlisted } = await listEach("the access keys", list);
    const chosen = flags.key === undefined || unlisted.length > 0 ? keys : [keyOf(name, keys, flags.key)];
    if (chosen.length > 0) {
      this.logToStderr(accessKeyTable(keys));
      const question = chosen.map(({ id }) => id).join(" and ");
      await ask.confirmChange(`Delete ${question} of ${name}?`, flags.yes);
    }
    const { taken, failed } = await takeEach(chosen, nameOf, ({ id }) => removeAccessKey(iam, name, id));
    const left = [...unlisted, ...failed];
    tellNotTaken(name, left);
    if (left.length === 0 || taken.length > 0) this.report(name, taken);
    const sessions = await sessionsAfter({ settings, target, end: flags["end-sessions"] });
    requireAllTaken("revoke-keys", name, left);
    return { userName: name, revoked: taken, ...sessions };
  }

  private report(name: string, revoked: AccessKeyStatus[]): void {
    if (revoked.length === 0) {
      this.log(`${name} has no access key; there is nothing to revoke.`);
      return;
    }
    this.log(`Deleted of ${name}: ${revoked.map(({ id }) => id).join(", ")}.`);
    this.log(`For a new key ${name} makes one in the console, under Security credentials, then runs mfa-admin enroll.`);
  }
}

const nameOf = ({ id }: AccessKeyStatus): string => `the access key ${id}`;

/** @throws Failure naming the keys that there are */
function keyOf(name: string, keys: AccessKeyStatus[], id: string): AccessKeyStatus {
  const key = keys.find((candidate) => candidate.id === id);
  if (key !== undefined) return key;
  const ids = keys.map((candidate) => candidate.id).join(", ");
  throw new Failure(
    `${name} has no access key ${id}.`,
    ids === "" ? `${name} has no access key at all.` : `The keys are: ${ids}.`,
  );
}
