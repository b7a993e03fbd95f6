import { basename } from "node:path";

import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";

import { StackCommand } from "../command.ts";
import { languageFlag, passwordFileFlag, yesFlag } from "../flags.ts";
import type { AddDevelopersOptions } from "../onboarding/add-developers.ts";
import { type Language, languageOf } from "../onboarding/language.ts";
import { isTerminal } from "../terminal/stream.ts";
import type { AddDeveloperResult } from "../results/add-developer.ts";

export default class AddDeveloper extends StackCommand {
  static override summary = "Let developers in: put them on the roster, apply it, and print what to hand over.";
  static override description =
    "Each gets an IAM user in the auth account, a role in every development account (or in those of --account), and a one-time password, which is shown once, on a terminal only, or written to --password-file.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> alice",
    "<%= config.bin %> <%= command.id %> alice bob --account sandbox --account payments",
    "<%= config.bin %> <%= command.id %> alice --kit-directory onboarding --password-file passwords",
    "<%= config.bin %> <%= command.id %> alice --no-up",
  ];
  static override args = {
    name: Args.string({ description: "The user's name; several may follow.", required: true, multiple: true }),
  };
  static override flags = {
    account: Flags.string({
      description: "A development account; may be repeated. Default: every one.",
      multiple: true,
    }),
    "no-up": Flags.boolean({ description: "Only edit the roster, for a pull request; nothing is applied." }),
    "password-file": passwordFileFlag,
    "kit-directory": Flags.directory({
      description: "Write each developer's page, as mfa-admin guide prints it, to NAME.md in this directory.",
      exclusive: ["no-up"],
    }),
    language: languageFlag,
    yes: yesFlag,
  };

  async run(): Promise<AddDeveloperResult> {
    const { flags, args } = await this.parse(AddDeveloper);
    const names = args.name;
    const [{ requireConfirmable }, { rosterEntries }] = await Promise.all([
      import("../terminal/ask.ts"),
      import("../project/roster.ts"),
    ]);
    const { project, file: before } = await this.settings(flags);
    const entries = rosterEntries(before, names, flags.account);
    const { commitAdvice, fileToCommit } = await import("../project/commit.ts");
    const commit = fileToCommit(project);
    if (!flags["no-up"]) requireConfirmable(flags.yes);
    if (flags["no-up"]) {
      await before.withDevelopers(entries).write();
      const { passwordsLater } = await import("../deploy/passwords-later.ts");
      this.log(
        `Added to ${basename(project.settingsFile)}: ${names.join(", ")}. mfa-admin preview shows what up would do.`,
      );
      this.log(`After up, ${passwordsLater(names)}`);
      if (commit !== undefined) this.logToStderr(commitAdvice(commit));
      return { added: names, applied: false, commit };
    }
    const { addDevelopers } = await import("../onboarding/add-developers.ts");
    const { result, developers, settlePending } = await addDevelopers({
      project,
      file: before,
      names,
      accounts: flags.account,
      ...options(flags, this.jsonEnabled()),
    });
    const { runSummary } = await import("../report/run-summary.ts");
    const [{ handoverPage }, { madeWithoutPassword }] = await Promise.all([
      import("../onboarding/handover.ts"),
      import("../deploy/passwords-later.ts"),
    ]);
    this.log(runSummary(result));
    this.log(`\n${handoverPage(developers)}`);
    const later = madeWithoutPassword(result, names);
    if (later !== undefined) this.logToStderr(`Next: ${later}`);
    if (commit !== undefined) this.logToStderr(commitAdvice(commit));
    const pending = await settlePending();
    const handed = developers.map(({ handover }) => handover);
    return { added: names, applied: true, ...result, developers: handed, pending, commit };
  }
}

interface ParsedFlags {
  yes: boolean;
  verbose: boolean;
  language?: Language | undefined;
  "password-file"?: string | undefined;
  "kit-directory"?: string | undefined;
}

function options(
  { yes, verbose, language = languageOf(), "password-file": passwordFile, "kit-directory": directory }: ParsedFlags,
  json: boolean,
): Pick<AddDevelopersOptions, "yes" | "verbose" | "passwordFile" | "showPassword" | "guides"> {
  const guides = directory === undefined ? undefined : { directory, language };
  return { yes, verbose, passwordFile, showPassword: !json && isTerminal(process.stdout), guides };
}
