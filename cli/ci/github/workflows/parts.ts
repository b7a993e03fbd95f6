import { sdkPulumiVersion } from "../../../../toolchain/cache.js";
import { isServer } from "../../../project/server.ts";

/** What the workflows have to know of the stack. */
export interface WorkflowOptions {
  stack: string;
  /** The branch whose settings are applied. */
  branch: string;
  managementAccount: string;
  /** The project's directory in the repository: empty, or a path with slashes. */
  directory: string;
  backendUrl: string;
  /** Whether a passphrase keeps the stack's secrets. */
  passphrase: boolean;
}

/** Tells a stack's workflows from those of another one in the same repository. */
export function idOf({ directory, stack }: Pick<WorkflowOptions, "directory" | "stack">): string {
  return [...directory.split("/"), stack].filter((part) => part !== "").join("-");
}

/** An expression of GitHub's. */
export const expression = (text: string): string => `\${{ ${text} }}`;

/** A text in such an expression. */
export const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** A text in YAML. */
export const text = (value: string): string => JSON.stringify(value);

/** The CLI as `npm ci` has installed it: not by npx, which does not hand on the signals of a cancelled job. */
export const cli = "node_modules/.bin/mfa-admin";

/** The files that make the stack what it is, as seen from the project's directory. */
export const filesOf = ({ stack }: Pick<WorkflowOptions, "stack">): string[] => [
  "Pulumi.yaml",
  `Pulumi.${stack}.yaml`,
  "package.json",
  "package-lock.json",
];

/** The action's commit, since a tag can be moved, and its version for whoever brings it up to date (Dependabot does). */
const actions = {
  checkout: "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
  setupNode: "actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0",
  pulumi: "pulumi/actions@8e5e406f4007fca908480587cb9893c07090f58d # v7.0.0",
  credentials: "aws-actions/configure-aws-credentials@e7f100cf4c008499ea8adda475de1042d6975c7b # v6.2.0",
} as const;

/** Where scripts run. */
export function defaults({ directory }: WorkflowOptions): string {
  return directory === "" ? "" : `defaults:\n  run:\n    working-directory: ${directory}\n`;
}

/** @param what what to get, as inputs of the action */
export function checkout(what: string): string {
  return `      - uses: ${actions.checkout}
        with:
          ${what}
          persist-credentials: false
`;
}

/** Node, the CLI and the engine. A step is left out unless `condition` holds. */
export function tools(condition?: string): string {
  return `      - uses: ${actions.setupNode}
${when(condition)}        with:
          node-version: 24
          package-manager-cache: false
      - name: Install mfa-admin
${when(condition)}        run: npm ci
      - name: Install the Pulumi CLI
${when(condition)}        uses: ${actions.pulumi}
        with:
          pulumi-version: ${sdkPulumiVersion}
`;
}

export function credentials({ managementAccount }: WorkflowOptions, role: string, condition?: string): string {
  return `      - name: Assume the role ${role}
${when(condition)}        uses: ${actions.credentials}
        with:
          role-to-assume: arn:aws:iam::${managementAccount}:role/${role}
          aws-region: us-east-1
`;
}

const when = (condition: string | undefined): string => (condition === undefined ? "" : `        if: ${condition}\n`);

/** Variables of a step; nothing where there are none. */
export function environment(variables: Record<string, string>): string {
  const lines = Object.entries(variables).map(([name, value]) => `          ${name}: ${value}\n`);
  return lines.length === 0 ? "" : `        env:\n${lines.join("")}`;
}

/** The secrets that a run needs; GitHub leaves them out for a fork. */
export function secretsOf({ passphrase, backendUrl }: WorkflowOptions): Record<string, string> {
  const names = [
    ...(passphrase ? ["PULUMI_CONFIG_PASSPHRASE"] : []),
    ...(isServer(backendUrl) ? ["PULUMI_ACCESS_TOKEN"] : []),
  ];
  return Object.fromEntries(names.map((name) => [name, expression(`secrets.${name}`)]));
}

/** The GitHub CLI's own credentials. */
export const githubToken = { GH_TOKEN: expression("github.token") };
