import type { Project } from "../project/project.ts";
import { runPulumiAlone } from "./pulumi-process.ts";

/** The organizations of the user who is logged in at a server, and the one that Pulumi would use by default. */
export async function organizationsAt({
  directory,
  ...place
}: Pick<Project, "directory" | "backendUrl" | "stack">): Promise<{ all: string[]; byDefault: string }> {
  const env = { PULUMI_BACKEND_URL: place.backendUrl, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const run = (...args: string[]): Promise<string> => runPulumiAlone(args, place, { directory, env });
  const { user, organizations = [] } = JSON.parse(await run("whoami", "--json")) as {
    user: string;
    organizations?: string[] | null;
  };
  const told = (await run("org", "get-default")).trim();
  const all = [...new Set([...(organizations ?? []), user])];
  // Where no default is set, the command prints a sentence, and Pulumi uses the user's own organization.
  return { all, byDefault: /^[\w.-]+$/.test(told) ? told : user };
}
