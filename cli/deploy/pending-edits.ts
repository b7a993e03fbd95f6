import type { PreviewReport } from "../results/report.ts";

/** A name for each change of a preview: a developer's name, or the type of what developers share, in AWS's words. */
export function pendingEdits({ developers, resources }: PreviewReport): string[] {
  const shared = resources.map(({ type, name }) =>
    type === "access role" ? `the access role ${name}` : `the ${type}`,
  );
  return [...developers.flatMap(({ name, changes }) => (changes.length > 0 ? [name] : [])), ...new Set(shared)];
}

/** "Other edits are pending: erin, bob." and what to do about it. */
export function pendingLine(edits: string[]): string {
  const verb = edits.length === 1 ? "Another edit is" : "Other edits are";
  return `${verb} pending: ${edits.join(", ")}. mfa-admin preview shows ${edits.length === 1 ? "it" : "them"}, mfa-admin up applies ${edits.length === 1 ? "it" : "them"}.`;
}
