import { join } from "node:path";

import { SemVer } from "semver";

import { installedPulumiRoot, knownPulumiVersion } from "../../toolchain/cache.js";
import { Failure } from "../failure.ts";
import { PulumiCommand } from "./automation.ts";
import { forgetEngineOptions } from "./engine-options.ts";

let found: Promise<PulumiCommand> | undefined;

/** The Pulumi CLI: on PATH, else in Pulumi's own directory, else the one that a checkout's set-up has put into the cache. */
export function usablePulumi(): Promise<PulumiCommand> {
  forgetEngineOptions(process.env);
  return (found ??= find());
}

async function find(): Promise<PulumiCommand> {
  const cached = installedPulumiRoot();
  for (const root of [undefined, ...(cached === undefined ? [] : [cached])]) {
    try {
      const version = root === undefined ? undefined : knownPulumiVersion(root);
      return await (root === undefined || version === undefined
        ? PulumiCommand.get(root === undefined ? {} : { root })
        : commandOf(root, version));
    } catch {
      // This CLI is missing or too old: try the next one.
    }
  }
  throw new Failure(
    "The Pulumi CLI was not found.",
    "Install it from https://www.pulumi.com/docs/install/, or run npm run setup in a checkout of mfa-admin.",
  );
}

/** The CLI of the set-up, whose version is known: asking the CLI takes a good part of a short command's time. */
function commandOf(root: string, version: string): PulumiCommand {
  // The constructor is private, and `PulumiCommand.get` would ask the CLI for its version.
  return Reflect.construct(PulumiCommand, [join(root, "bin", "pulumi"), new SemVer(version)]) as PulumiCommand;
}
