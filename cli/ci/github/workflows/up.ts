import { isServer } from "../../../project/server.ts";
import { roleNames } from "../../policies.ts";
import {
  checkout,
  cli,
  credentials,
  defaults,
  environment,
  expression,
  filesOf,
  idOf,
  quoted,
  secretsOf,
  text,
  tools,
  type WorkflowOptions,
} from "./parts.ts";

/** What was merged. By hand, a job may be given the consent that an edit needs. */
export function up(options: WorkflowOptions): string {
  const { stack, branch, directory, backendUrl } = options;
  const id = idOf(options);
  const paths = [
    ...filesOf(options).map((file) => (directory === "" ? file : `${directory}/${file}`)),
    `.github/workflows/mfa-admin-up-${id}.yml`,
  ];
  return String.raw`# Made by mfa-admin init --ci github. Applies the settings when they reach the branch ${branch}.
name: mfa-admin up ${id}
on:
  push:
    branches: [${text(branch)}]
    paths: [${paths.map(text).join(", ")}]
  workflow_dispatch:
    inputs:
      max-removals:
        description: How many developers may be removed, where it is more than usual.
        type: string
      allow-unprotected:
        description: Let organizational units with development accounts go without the service control policy.
        type: boolean
      accept-shut-out:
        description: Shut out IAM users and root keys that are in use in accounts which come under the policy.
        type: boolean
      lift-denials:
        description: A developer whom somebody, or AWS, has shut out by policies that only deny, to be let in again.
        type: string
      adopt:
        description: Take into the stack what AWS has already under its names.
        type: boolean
      forget-account:
        description: An account that is closed or has left, to be taken out of the stack with what was made there.
        type: string
permissions: {}
${defaults(options)}concurrency:
  group: mfa-admin-up-${id}
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
      # The branch as it is now: a job that is run again, or late, must not bring back what was removed since.
${checkout(`ref: ${text(branch)}`)}${tools()}${credentials(options, roleNames.up)}${isServer(backendUrl) ? "" : release(options)}      - name: Up
${environment({
  MAX_REMOVALS: expression("inputs.max-removals"),
  ALLOW_UNPROTECTED: expression("inputs.allow-unprotected"),
  ACCEPT_SHUT_OUT: expression("inputs.accept-shut-out"),
  LIFT_DENIALS: expression("inputs.lift-denials"),
  ADOPT: expression("inputs.adopt"),
  FORGET_ACCOUNT: expression("inputs.forget-account"),
  ...secretsOf(options),
})}        run: |
          flags=()
          if [ -n "$MAX_REMOVALS" ]; then flags+=(--max-removals "$MAX_REMOVALS"); fi
          if [ "$ALLOW_UNPROTECTED" = true ]; then flags+=(--allow-unprotected); fi
          if [ "$ACCEPT_SHUT_OUT" = true ]; then flags+=(--accept-shut-out); fi
          if [ -n "$LIFT_DENIALS" ]; then flags+=(--lift-denials "$LIFT_DENIALS"); fi
          if [ "$ADOPT" = true ]; then flags+=(--adopt); fi
          if [ -n "$FORGET_ACCOUNT" ]; then flags+=(--forget-account "$FORGET_ACCOUNT"); fi
          # In the shell's place, so that a cancelled job is told to it, and what is under way ends.
          exec ${cli} up --stack ${stack} --yes --lock-timeout 10m "${"$"}{flags[@]}"
`;
}

function release({ stack }: WorkflowOptions): string {
  return `      - name: Release the lock of a job that died
        # One job of this workflow runs at a time, so nobody is behind a lock that its user holds. An administrator's lock stays.
        run: ${cli} cancel --stack ${stack} --yes --held-by "$(id -un)"
`;
}
