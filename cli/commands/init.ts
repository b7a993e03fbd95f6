import { resolve } from "node:path";

import * as Flags from "@oclif/core/flags";

import { type GuardRail, guardRailNames } from "../../infra/guard-rails.ts";
import type { InitResult } from "../results/init.ts";
import { ProjectCommand } from "../command.ts";

/** Makes a flag require `--ci`. `dependsOn` would do so, too, but the help would then show it in every such flag. */
const withCi = [{ type: "all" as const, flags: ["ci"] }];

/** A flag of guard rails' names, separated by commas, or "none". */
const guardRailsFlag = Flags.custom<GuardRail[]>({
  parse: (input) => {
    const names = input === "none" ? [] : input.split(",").map((name) => name.trim());
    const unknown = names.find((name) => !guardRailNames.some((known) => known === name));
    if (unknown !== undefined) {
      throw new Error(`"${unknown}" is no guard rail; they are ${guardRailNames.join(", ")}, or none of them by none`);
    }
    return Promise.resolve(guardRailNames.filter((name) => names.includes(name)));
  },
});

export default class Init extends ProjectCommand {
  static override summary = "Set up a stack: look the organization up, write its settings, and make its state.";
  static override description =
    "Changes nothing in AWS. On a terminal it asks for what the flags leave out, and offers what the organization really has.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --backend 's3://our-state?region=eu-west-1' --secrets-provider 'awskms:///alias/mfa-admin?region=eu-west-1'",
    "<%= config.bin %> <%= command.id %> --ci github",
    "<%= config.bin %> <%= command.id %> --stack main --auth-account 222222222222 --development-account sandbox=333333333333 --organizational-unit ou-abcd-11111111",
  ];
  static override flags = {
    stack: Flags.string({
      char: "s",
      description: "Name of the new stack; ORGANIZATION/NAME in Pulumi Cloud.",
      env: "MFA_ADMIN_STACK",
    }),
    "auth-account": Flags.string({ description: "Id of the account that holds the developers' IAM users." }),
    "development-account": Flags.string({
      description: "NAME=ID of an account in which developers get roles; may be repeated.",
      multiple: true,
    }),
    "organizational-unit": Flags.string({
      description: "Id of an organizational unit that the service control policy is attached to; may be repeated.",
      multiple: true,
    }),
    "access-role": Flags.string({
      description: "The role that the management account assumes in the other accounts.",
      default: "OrganizationAccountAccessRole",
    }),
    region: Flags.string({ description: "Region of the profiles that developers get, such as eu-central-1." }),
    "access-keys": Flags.option({
      description:
        "Whether developers make, change and delete their access keys with MFA alone. Asked for on a terminal; default elsewhere: article.",
      options: ["article", "with-mfa"] as const,
    })(),
    "guard-rails": guardRailsFlag({
      description:
        "What a developer's session cannot take away from the organization: names with commas between them, or none (docs/guard-rails.md). Asked for on a terminal; default elsewhere: none.",
      helpValue: "NAME,…|none",
    }),
    backend: Flags.string({
      description:
        "URL of the state: file://, s3://BUCKET?region=R, https:// for Pulumi Cloud. Default: PULUMI_BACKEND_URL, else Pulumi.yaml, else a directory of the project.",
    }),
    "secrets-provider": Flags.string({
      description:
        "What keeps the stack's secrets: passphrase, or awskms:///alias/NAME?region=R. Default: a passphrase; in Pulumi Cloud, the service.",
    }),
    ci: Flags.option({
      description:
        "Write workflows, and the policies of their roles: a preview for each pull request, up on merge, a nightly look for drift. If the stack is set up already, init does nothing else.",
      options: ["github"] as const,
    })(),
    repository: Flags.string({
      description: "OWNER/NAME of the repository on GitHub. Default: that of the remote origin.",
      relationships: withCi,
    }),
    branch: Flags.string({
      description: "The branch whose settings are applied. Default: the one that git knows as origin's, else main.",
      relationships: withCi,
    }),
    "sub-claim-prefix": Flags.string({
      description:
        "How GitHub begins the subject of the repository's identity, such as repo:OWNER@ID/NAME@ID. Default: GitHub is asked by its CLI, gh.",
      relationships: withCi,
    }),
    overwrite: Flags.boolean({
      description: "Replace workflow files that differ from what init would write.",
      relationships: withCi,
    }),
  };

  async run(): Promise<InitResult> {
    const { flags } = await this.parse(Init);
    const { init } = await import("../ci/github/init.ts");
    const { repository, branch, overwrite, "sub-claim-prefix": subClaimPrefix } = flags;
    const { version } = this.config;
    const options = {
      from: resolve(flags.cwd ?? process.cwd()),
      backendUrl: flags.backend,
      secretsProvider: flags["secrets-provider"],
      answers: {
        stack: flags.stack,
        authAccount: flags["auth-account"],
        developmentAccounts: flags["development-account"],
        organizationalUnits: flags["organizational-unit"],
        accessRole: flags["access-role"],
        region: flags.region,
        accessKeys: flags["access-keys"],
        guardRails: flags["guard-rails"],
      },
      github: flags.ci && { version, repository, branch, overwrite, subClaimPrefix },
    };
    return init(options, this);
  }
}
