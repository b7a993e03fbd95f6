import { roleNames } from "../../policies.ts";
import {
  checkout,
  cli,
  credentials,
  defaults,
  environment,
  expression,
  githubToken,
  idOf,
  secretsOf,
  text,
  tools,
  type WorkflowOptions,
} from "./parts.ts";

/** The nightly look, and its issue. */
export function drift(options: WorkflowOptions): string {
  const { stack, branch } = options;
  const id = idOf(options);
  return String.raw`# Made by mfa-admin init --ci github. Looks every night whether AWS is still as the stack says, and keeps one issue about it.
name: mfa-admin drift ${id}
on:
  schedule:
    - cron: "17 3 * * *"
  workflow_dispatch:
permissions: {}
${defaults(options)}concurrency:
  group: mfa-admin-drift-${id}
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
${checkout(`ref: ${text(branch)}`)}${tools()}${credentials(options, roleNames.preview)}      - name: Look for drift
        id: drift
${environment({ MFA_ADMIN_ACCESS_ROLE: roleNames.read, ...secretsOf(options) })}        run: |
          status=0
          ${cli} refresh --stack ${stack} --preview-only --exit-code --format markdown --lock-timeout 10m > "$RUNNER_TEMP/drift.md" || status=$?
          cat "$RUNNER_TEMP/drift.md" >> "$GITHUB_STEP_SUMMARY"
          if [ "$status" -ne 0 ] && [ "$status" -ne 2 ]; then exit "$status"; fi
          echo "status=$status" >> "$GITHUB_OUTPUT"
      - name: Open, update or close the issue
${environment({
  ...githubToken,
  STATUS: expression("steps.drift.outputs.status"),
  TITLE: text(`mfa-admin: AWS differs from what the stack ${id} says`),
})}        run: |
          issues=$(gh api --paginate "repos/$GITHUB_REPOSITORY/issues?state=open" \
            --jq '.[] | select(.user.login == "github-actions[bot]" and .title == env.TITLE) | .number')
          issue=${"$"}{issues%%$'\n'*}
          if [ "$STATUS" = 2 ] && [ -n "$issue" ]; then
            gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/$issue" --field body=@"$RUNNER_TEMP/drift.md"
          elif [ "$STATUS" = 2 ]; then
            gh api --silent --method POST "repos/$GITHUB_REPOSITORY/issues" --raw-field title="$TITLE" --field body=@"$RUNNER_TEMP/drift.md"
          elif [ -n "$issue" ]; then
            gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/$issue" --raw-field state=closed
          fi
`;
}
