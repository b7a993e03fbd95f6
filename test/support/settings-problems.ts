import { FileFailure } from "../../cli/failure.ts";
import { SettingsFile } from "../../cli/project/settings-file.ts";

/** The required settings. */
export const head = `config:
  mfa-admin:organizationalUnits: [ou-abcd-11111111]
  mfa-admin:authAccount: "222222222222"
  mfa-admin:developmentAccounts: { sandbox: "333333333333" }
`;

/** The problems of these lines below the head: "LINE: message". */
export function problems(text: string): string[] {
  try {
    SettingsFile.parse("Pulumi.main.yaml", head + text);
    return [];
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error;
    return error.problems.map(({ line, message }) => `${line}: ${message}`);
  }
}

/** Values that YAML 1.1 and 1.2, or Go and JavaScript, parse differently. */
export const differing = [
  ...[
    "0712",
    "0x1F",
    "0o17",
    "0b11",
    "1_000",
    "1e3",
    "+5",
    "08",
    "12345678901234567890",
    "1.10",
    ".5",
    "-.inf",
    ".NaN",
  ],
  ...["2026-01-02", "2026-1-2", "1:20", "190:20:30", "yes", "No", "on", "OFF", "~", "null", "true"],
];
