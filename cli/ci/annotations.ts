import { relative } from "node:path";

import { type Failure, FileFailure } from "../failure.ts";
import type { SettingsFile } from "../project/settings-file.ts";
import { redacted } from "../terminal/redact.ts";

/**
 * Reports an error to GitHub Actions, with the line of the settings file that caused it where that is known. The annotation goes to
 * stderr, which GitHub reads like stdout: stdout has the command's result alone.
 */
export function annotate(failure: Failure, file: SettingsFile | undefined): void {
  for (const line of annotationsOf(failure, file)) process.stderr.write(`${line}\n`);
}

function annotationsOf(failure: Failure, file: SettingsFile | undefined): string[] {
  if (failure instanceof FileFailure) {
    const { path, problems } = failure;
    return problems.map(({ line, message }) => command({ file: path, line }, message));
  }
  const { message, remedy, setting, parts } = failure;
  const place = (key: string[] | undefined) =>
    file === undefined || key === undefined ? {} : { file: file.path, line: file.lineOf(key) };
  const told = (text: string): string => (remedy === undefined ? text : `${text}\n${remedy}`);
  if (parts.length === 0) return [command(place(setting), told(message))];
  return parts.map((part) => command(place(part.setting), told(part.message)));
}

/** A workflow command (GitHub Docs, "Workflow commands for GitHub Actions"). */
function command({ file, line }: { file?: string; line?: number | undefined }, message: string): string {
  const root = process.env["GITHUB_WORKSPACE"] ?? process.cwd();
  const properties = [
    file === undefined ? "" : `file=${property(relative(root, file))}`,
    line === undefined ? "" : `line=${line}`,
    "title=mfa-admin",
  ].filter((text) => text !== "");
  return `::error ${properties.join(",")}::${data(redacted(message))}`;
}

const data = (text: string): string => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

const property = (text: string): string => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
