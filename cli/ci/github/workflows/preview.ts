import { commentMarker } from "../../../report/markdown.ts";
import { roleNames } from "../../policies.ts";
import {
  checkout,
  cli,
  credentials,
  defaults,
  environment,
  expression,
  filesOf,
  githubToken,
  idOf,
  quoted,
  secretsOf,
  text,
  tools,
  type WorkflowOptions,
} from "./parts.ts";

const changes = "steps.stack.outputs.changes == 'true'";
const sameRepository = "github.event.pull_request.head.repo.full_name == github.repository";
const trusted = `(github.event_name == 'merge_group' || ${sameRepository})`;
/** A merge queue may have rebased many commits on what it names; a pull request's merge has the branch for its first parent. */
const base = { BASE: expression("github.event.merge_group.base_sha || 'HEAD^1'") };

/** A pull request's comment; the same check for what a merge queue is about to merge, which has nobody to tell. */
export function preview(options: WorkflowOptions): string {
  const { stack, branch } = options;
  const id = idOf(options);
  const marker = commentMarker({ kind: "preview", stack });
  return String.raw`# Made by mfa-admin init --ci github. Shows in a pull request what merging it will change, in one comment.
name: mfa-admin preview ${id}
on:
  pull_request:
    branches: [${text(branch)}]
  merge_group:
    types: [checks_requested]
permissions: {}
${defaults(options)}concurrency:
  group: mfa-admin-preview-${id}-${expression("github.event.pull_request.number || github.event.merge_group.head_sha")}
  cancel-in-progress: true
jobs:
  preview:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    # Not for another branch's queue: its role would be refused.
    if: github.event_name == 'pull_request' || github.event.merge_group.base_ref == ${quoted(`refs/heads/${branch}`)}
    permissions:
      contents: read
      id-token: write
      pull-requests: write
    steps:
      # The merge, and what it is compared with.
${checkout(`fetch-depth: ${expression("github.event_name == 'merge_group' && '0' || '2'")}`)}      - name: Look whether the stack changes
        id: stack
${environment(base)}        run: |
          changes=true
          if git diff --quiet "$BASE" HEAD -- ${filesOf(options).join(" ")} ':/.github/workflows/mfa-admin-*-${id}.yml'; then changes=false; fi
          echo "changes=$changes" >> "$GITHUB_OUTPUT"
${tools(changes)}${credentials(options, roleNames.preview, `${changes} && ${trusted}`)}      - name: Preview
        # A pull request from a fork has no credentials: its roster alone is compared.
        if: ${changes}
${environment({ ...base, MFA_ADMIN_ACCESS_ROLE: roleNames.read, ...secretsOf(options) })}        run: |
          status=0
          ${cli} preview --stack ${stack} --format markdown --base "$BASE" --lock-timeout 10m > "$RUNNER_TEMP/preview.md" || status=$?
          cat "$RUNNER_TEMP/preview.md" >> "$GITHUB_STEP_SUMMARY"
          exit "$status"
      - name: Comment
        # Also of a failure, and of a stack that changes no more: an older preview must not be taken for this commit's.
        # A merge queue has no pull request. The token of a fork's may not write; its preview is in the job's summary.
        if: ${expression(`!cancelled() && ${sameRepository}`)}
${environment({
  ...githubToken,
  CHANGES: expression("steps.stack.outputs.changes"),
  MARKER: text(marker),
  NUMBER: expression("github.event.pull_request.number"),
})}        run: |
          comments=$(gh api --paginate "repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments" \
            --jq '.[] | select(.user.login == "github-actions[bot]" and (.body | startswith(env.MARKER))) | .id')
          comment=${"$"}{comments%%$'\n'*}
          file="$RUNNER_TEMP/preview.md"
          if [ "$CHANGES" = false ]; then
            if [ -z "$comment" ]; then exit 0; fi
            printf '%s\n' "$MARKER" "This pull request changes nothing of the stack any more." > "$file"
          elif ! grep -qsF -e "$MARKER" "$file"; then
            job="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID"
            printf '%s\n' "$MARKER" "### The preview failed" "" "[The job]($job) says why." > "$file"
          fi
          if [ -n "$comment" ]; then
            gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$comment" --field body=@"$file"
          else
            gh api --silent --method POST "repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments" --field body=@"$file"
          fi
`;
}
