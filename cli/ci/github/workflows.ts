import { sdkPulumiVersion } from "../../../toolchain/cache.js";
import { commentMarker } from "../../preview/markdown.ts";
import { isServer } from "../../state/server.ts";
import { roleNames } from "../policies.ts";

/** What the workflows have to know of the stack. */
export interface WorkflowOptions {
  stack: string;
  /** The branch whose settings are applied. */
  branch: string;
  managementAccount: string;
  /** The project's directory in the repository: empty, or a path with slashes. */
  directory: string;
  /** How the CLI gets to the runner: by the repository's own package.json, or by its version. */
  installed: boolean;
  version: string;
  backendUrl: string;
  /** Whether a passphrase keeps the stack's secrets. */
  passphrase: boolean;
}

/** The files below `.github/workflows`, by name. No value of an event stands in a script: it comes by the environment. */
export function workflows(options: WorkflowOptions): Record<string, string> {
  return {
    "mfa-admin-preview.yml": preview(options),
    "mfa-admin-up.yml": up(options),
    "mfa-admin-drift.yml": drift(options),
  };
}

const sameRepository = "github.event.pull_request.head.repo.full_name == github.repository";

function preview(options: WorkflowOptions): string {
  const { stack } = options;
  return `# Made by mfa-admin init --ci github. Shows in a pull request what merging it will change, in one comment.
name: mfa-admin preview
on:
  pull_request:
    paths: ${pathsOf(options)}
permissions: {}
${defaults(options)}concurrency:
  group: mfa-admin-preview-\${{ github.event.pull_request.number }}
  cancel-in-progress: true
jobs:
  preview:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    permissions:
      contents: read
      id-token: write
      pull-requests: write
    steps:
${setUp(options, "0")}
${credentials(options, roleNames.preview, sameRepository)}
      - name: Preview
        env:
          BASE: \${{ github.event.pull_request.base.sha }}
          MFA_ADMIN_ACCESS_ROLE: ${roleNames.read}
${secretsOf(options, "          ")}        # A pull request from a fork has no credentials: its roster alone is compared.
        run: |
          status=0
          ${cli(options)} preview --stack ${stack} --format markdown --base "$BASE" > "$RUNNER_TEMP/preview.md" || status=$?
          cat "$RUNNER_TEMP/preview.md" >> "$GITHUB_STEP_SUMMARY"
          exit "$status"
      - name: Comment
        # Also of a failure: an older preview must not be taken for this commit's. The token of a fork's pull request may
        # not write; its preview is in the job's summary.
        if: \${{ !cancelled() && ${sameRepository} }}
        env:
          GH_TOKEN: \${{ github.token }}
          NUMBER: \${{ github.event.pull_request.number }}
          MARKER: "${commentMarker({ kind: "preview", stack })}"
        run: |
          if ! grep -qF -e "$MARKER" "$RUNNER_TEMP/preview.md"; then
            printf '%s\\n' "$MARKER" "### The preview failed" "" "[The job]($GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID) says why." > "$RUNNER_TEMP/preview.md"
          fi
          id=$(gh api --paginate "repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments" \\
            --jq '.[] | select(.user.login == "github-actions[bot]" and (.body | startswith(env.MARKER))) | .id' | head -n 1)
          if [ -n "$id" ]; then
            gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field body=@"$RUNNER_TEMP/preview.md"
          else
            gh api --silent --method POST "repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments" --field body=@"$RUNNER_TEMP/preview.md"
          fi
`;
}

function up(options: WorkflowOptions): string {
  const { stack, branch, backendUrl } = options;
  const release = `      - name: Release the lock of a job that died
        # One job of this workflow runs at a time, so nobody is behind a lock that its user holds. An administrator's lock stays.
        run: ${cli(options)} cancel --stack ${stack} --yes --held-by "$(id -un)"
`;
  return `# Made by mfa-admin init --ci github. Applies the settings when they reach the branch ${branch}.
name: mfa-admin up
on:
  push:
    branches: [${JSON.stringify(branch)}]
    paths: ${pathsOf(options)}
  workflow_dispatch:
permissions: {}
${defaults(options)}concurrency:
  group: mfa-admin-up
  cancel-in-progress: false
jobs:
  up:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    # Not by hand from another branch: its role would be refused.
    if: github.ref_name == ${quoted(branch)}
    permissions:
      contents: read
      id-token: write
    steps:
${setUp(options, "1")}
${credentials(options, roleNames.up)}
${isServer(backendUrl) ? "" : release}      - name: Up
${environment(secretsOf(options, "          "))}        run: ${cli(options)} up --stack ${stack} --yes --lock-timeout 10m
`;
}

function drift(options: WorkflowOptions): string {
  const { stack } = options;
  const report = `--exit-code --format markdown > "$RUNNER_TEMP/drift.md" || status=$?`;
  const look = `${cli(options)} refresh --stack ${stack} --preview-only ${report}`;
  const access = `          MFA_ADMIN_ACCESS_ROLE: ${roleNames.read}\n`;
  return `# Made by mfa-admin init --ci github. Looks every night whether AWS is still as the stack says, and keeps one issue about it.
name: mfa-admin drift
on:
  schedule:
    - cron: "17 3 * * *"
  workflow_dispatch:
permissions: {}
${defaults(options)}concurrency:
  group: mfa-admin-drift
  cancel-in-progress: false
jobs:
  drift:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    permissions:
      contents: read
      id-token: write
      issues: write
    steps:
${setUp(options, "1")}
${credentials(options, roleNames.preview)}
      - name: Look for drift
        id: drift
${environment(access + secretsOf(options, "          "))}        run: |
          status=0
          ${look}
          if [ "$status" -ne 0 ] && [ "$status" -ne 2 ]; then exit "$status"; fi
          cat "$RUNNER_TEMP/drift.md" >> "$GITHUB_STEP_SUMMARY"
          echo "status=$status" >> "$GITHUB_OUTPUT"
      - name: Open, update or close the issue
        env:
          GH_TOKEN: \${{ github.token }}
          STATUS: \${{ steps.drift.outputs.status }}
          TITLE: "mfa-admin: AWS differs from what the stack ${stack} says"
        run: |
          number=$(gh api --paginate "repos/$GITHUB_REPOSITORY/issues?state=open" \\
            --jq '.[] | select(.user.login == "github-actions[bot]" and .title == env.TITLE) | .number' | head -n 1)
          if [ "$STATUS" = 2 ] && [ -n "$number" ]; then
            gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/$number" --field body=@"$RUNNER_TEMP/drift.md"
          elif [ "$STATUS" = 2 ]; then
            gh api --silent --method POST "repos/$GITHUB_REPOSITORY/issues" --raw-field title="$TITLE" --field body=@"$RUNNER_TEMP/drift.md"
          elif [ -n "$number" ]; then
            gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/$number" --raw-field state=closed
          fi
`;
}

/** What a change of the stack comes with. */
function pathsOf({ directory }: WorkflowOptions): string {
  const files = ["Pulumi.yaml", "Pulumi.*.yaml", "package.json", "package-lock.json"];
  const below = files.map((file) => (directory === "" ? file : `${directory}/${file}`));
  return `[${[...below, ".github/workflows/mfa-admin-*.yml"].map((path) => JSON.stringify(path)).join(", ")}]`;
}

function defaults({ directory }: WorkflowOptions): string {
  return directory === "" ? "" : `defaults:\n  run:\n    working-directory: ${directory}\n`;
}

function setUp({ installed }: WorkflowOptions, depth: "0" | "1"): string {
  return `      - uses: actions/checkout@v5
        with:
          fetch-depth: ${depth}
          persist-credentials: false
      - uses: actions/setup-node@v5
        with:
          node-version: 24
${installed ? "      - name: Install mfa-admin\n        run: npm ci\n" : ""}      - name: Install the Pulumi CLI
        uses: pulumi/actions@v6
        with:
          pulumi-version: ${sdkPulumiVersion}`;
}

function credentials({ managementAccount }: WorkflowOptions, role: string, condition?: string): string {
  return `      - name: Assume the role ${role}
${condition === undefined ? "" : `        if: ${condition}\n`}        uses: aws-actions/configure-aws-credentials@v5
        with:
          role-to-assume: arn:aws:iam::${managementAccount}:role/${role}
          aws-region: us-east-1`;
}

/** The commands of a package that the repository depends on, else of this version. */
function cli({ installed, version }: WorkflowOptions): string {
  return installed ? "npx --no-install mfa-admin" : `npx --yes mfa-admin@${version}`;
}

/** The lines of the secrets that a run needs; GitHub leaves them out for a fork. */
function secretsOf({ passphrase, backendUrl }: WorkflowOptions, indent: string): string {
  const names = [
    ...(passphrase ? ["PULUMI_CONFIG_PASSPHRASE"] : []),
    ...(isServer(backendUrl) ? ["PULUMI_ACCESS_TOKEN"] : []),
  ];
  return names.map((name) => `${indent}${name}: \${{ secrets.${name} }}\n`).join("");
}

function environment(lines: string): string {
  return lines === "" ? "" : `        env:\n${lines}`;
}

/** A text in an expression of GitHub's. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
