import { readFile } from "node:fs/promises";

import { sdkPulumiVersion } from "../../../toolchain/cache.js";
import { isServer } from "../../project/server.ts";
import { commentMarker } from "../../report/markdown.ts";

/** The facts of the stack that the workflows contain. */
export interface WorkflowOptions {
  stack: string;
  /** The branch whose settings are applied. */
  branch: string;
  managementAccount: string;
  /** The project's directory in the repository: empty, or a path with slashes. */
  directory: string;
  backendUrl: string;
  /** Whether a passphrase encrypts the stack's secrets. */
  passphrase: boolean;
}

/** The id of a stack in its repository, for the names of its workflows. */
export function idOf({ directory, stack }: Pick<WorkflowOptions, "directory" | "stack">): string {
  return [...directory.split("/"), stack].filter((part) => part !== "").join("-");
}

const names = ["preview", "up", "drift", "verify"] as const;

/** The workflows by path, from the templates in `workflows/`. Scripts get values of events by environment variables alone. */
export async function workflows(options: WorkflowOptions): Promise<Record<string, string>> {
  const { stack, branch, managementAccount, directory, backendUrl, passphrase } = options;
  const id = idOf(options);
  const values = {
    ...{ id, stack, branch, managementAccount, directory },
    prefix: directory === "" ? "" : `${directory}/`,
    marker: commentMarker({ kind: "preview", stack }),
    pulumiVersion: sdkPulumiVersion,
  };
  const server = isServer(backendUrl);
  const conditions = { directory: directory !== "", passphrase, server, noServer: !server };
  const texts = names.map(async (name) => {
    const template = await readFile(new URL(import.meta.resolve(`#workflows/${name}.yml`)), "utf8");
    return [`.github/workflows/mfa-admin-${name}-${id}.yml`, filled(withHeld(template, conditions), values)] as const;
  });
  return Object.fromEntries(await Promise.all(texts));
}

/** A template without the lines whose condition does not hold: "# only with: server" at a line's end. */
function withHeld(template: string, conditions: Record<string, boolean>): string {
  return template
    .split("\n")
    .flatMap((line) => {
      const [, text = line, condition] = /^(.*) # only with: (\w+)$/.exec(line) ?? [];
      return condition === undefined || conditions[condition] === true ? [text] : [];
    })
    .join("\n");
}

/** A template with its placeholders `@name@` filled in, escaped for GitHub's single quotes or for YAML's double quotes. */
function filled(template: string, values: Record<string, string>): string {
  const valueOf = (name: string): string => values[name] ?? "";
  return template
    .replace(/'([^'\n]*)@(\w+)@([^'\n]*)'/g, (_, before: string, name: string, after: string) => {
      return `'${before}${valueOf(name).replaceAll("'", "''")}${after}'`;
    })
    .replace(/@([a-zA-Z]+)@/g, (_, name: string) => JSON.stringify(valueOf(name)).slice(1, -1));
}
