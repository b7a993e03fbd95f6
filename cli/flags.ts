import * as Flags from "@oclif/core/flags";

import type { GuardOptions } from "./deploy/guard-options.ts";
import { Failure } from "./failure.ts";
import { languages } from "./language.ts";

/** Flags that several commands share. */

export const yesFlag = Flags.boolean({ char: "y", description: "Do not ask; needed where there is no terminal." });

export const endSessionsFlag = Flags.boolean({ description: "End all live sessions, too, in every account." });

/** The developer's name; undefined with `--all`, for everybody. @throws Failure where both are given, or neither */
export function whoIsMeant(name: string | undefined, all: boolean): string | undefined {
  if (all ? name !== undefined : name === undefined) {
    throw new Failure(
      all ? `${String(name)} and --all are two things.` : "No developer is named.",
      "Nothing was changed. Name a developer, or give --all.",
    );
  }
  return name;
}

export const passwordFileFlag = Flags.file({
  description: "Write the one-time password to this new file, mode 0600, instead of showing it.",
});

export const exitCodeFlag = (when: string) => Flags.boolean({ description: `End with status 2 when ${when}.` });

/** The format of a report. `--json` is the same as `--format json`. */
export const formatFlag = Flags.option({
  description: "The form of the report; markdown is for a comment on a pull request, json the same as --json.",
  options: ["text", "markdown", "json"] as const,
  default: "text" as const,
})();

export const guardFlags = {
  "max-removals": Flags.integer({
    description: "How many developers one edit may remove. Default: 3, or a fifth of the roster if that is more.",
    min: 0,
  }),
  "allow-unprotected": Flags.boolean({
    description: "Let organizational units with development accounts go without the service control policy.",
  }),
  "accept-shut-out": Flags.boolean({
    description: "Shut out IAM users and root keys that are in use in accounts which come under the policy.",
  }),
  "lift-denials": Flags.string({
    description:
      "Let this developer in again, whom somebody, AWS or a removal that was broken off has shut out by policies that only deny; may be repeated.",
    helpValue: "NAME",
    multiple: true,
  }),
};

/** The guards' options that {@link guardFlags} have set. */
export function guardsOf(flags: {
  "max-removals": number | undefined;
  "allow-unprotected": boolean;
  "accept-shut-out": boolean;
  "lift-denials": string[] | undefined;
}): GuardOptions {
  return {
    maxRemovals: flags["max-removals"],
    allowUnprotected: flags["allow-unprotected"],
    acceptShutOut: flags["accept-shut-out"],
    liftDenials: flags["lift-denials"],
  };
}

export const forgetAccountFlag = Flags.string({
  description:
    "Take what the stack has made in this account, which is closed or has left the organization, out of the stack; may be repeated.",
  helpValue: "NAME",
  multiple: true,
});

export const languageFlag = Flags.option({
  description: "Language of the page. Default: the locale's.",
  options: languages,
})();

const units: Partial<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** The duration of a session in seconds, within AWS's limits (AWS STS API Reference, "AssumeRole"). */
export const durationFlag = Flags.custom<number>({
  description:
    "How long the session lasts, such as 1h, 90m or 3600, from 15m to 12h. Default: the longest that your role allows.",
  parse: (input) => {
    const [, count, unit = "s"] = /^(\d+)([smh]?)$/.exec(input) ?? [];
    const seconds = Number(count) * (units[unit || "s"] ?? 1);
    if (!(seconds >= 900 && seconds <= 43_200)) {
      throw new Error(`"${input}" is no length of a session; give one from 15m to 12h, such as 1h, 90m or 3600`);
    }
    return Promise.resolve(seconds);
  },
})();

/** The deadline for waiting, in milliseconds since the epoch, given as 90s, 10m or 1h. One deadline holds for the whole command. */
export const lockTimeoutFlag = Flags.custom<number>({
  description: "How long to wait for another run's lock, such as 90s or 10m.",
  default: 0,
  defaultHelp: () => Promise.resolve("0s"),
  parse: (input) => {
    const [, count, unit = ""] = /^(\d+)([smh])$/.exec(input) ?? [];
    if (count === undefined) throw new Error(`"${input}" is no time to wait; give one such as 90s, 10m or 1h`);
    return Promise.resolve(Date.now() + Number(count) * (units[unit] ?? 1) * 1000);
  },
})();
