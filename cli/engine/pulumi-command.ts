import { installedPulumiRoot } from "../../toolchain/cache.js";
import { Failure } from "../failure.ts";
import { PulumiCommand } from "./automation.ts";
import { forgetEngineOptions } from "./engine-options.ts";

/** The Pulumi CLI: the one on PATH, else Pulumi's own directory, else the one that a checkout's set-up has put into the cache. */
export async function findPulumi(): Promise<PulumiCommand> {
  forgetEngineOptions(process.env);
  const cached = installedPulumiRoot();
  for (const options of [{}, ...(cached === undefined ? [] : [{ root: cached }])]) {
    try {
      return await PulumiCommand.get(options);
    } catch {
      // Not there, or too old: the next one.
    }
  }
  throw new Failure(
    "The Pulumi CLI was not found.",
    "Install it from https://www.pulumi.com/docs/install/, or run npm run setup in a checkout of mfa-admin.",
  );
}
