import { readFileSync } from "node:fs";

import { withoutCommands } from "./workflow-commands.ts";

/** Environment variables whose values must not be printed, wherever errors and logs repeat them. */
const names = [
  "PULUMI_CONFIG_PASSPHRASE",
  "PULUMI_ACCESS_TOKEN",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "GITHUB_TOKEN",
  "GH_TOKEN",
  "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
];

/** The shortest value that is masked: shorter ones are no real secrets, and could be part of any word. */
const shortest = 8;

/** A text with `***` in place of every secret in the environment, also where it is encoded for JSON or a URL. */
export function redacted(text: string): string {
  return secrets().reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
}

/** Every encoding of every secret, the longest first, since one may be a part of another. */
function secrets(): string[] {
  const values = [...names.map((name) => process.env[name] ?? ""), passphraseInFile(), ...proxyPasswords()];
  // A log may show a line of a multi-line secret by itself.
  const lines = values.flatMap((value) => [value, ...value.split(/\r?\n/)]);
  const forms = lines.flatMap((line) => [line, JSON.stringify(line).slice(1, -1), encodeURIComponent(line)]);
  return [...new Set(forms)].filter(({ length }) => length >= shortest).sort((a, b) => b.length - a.length);
}

/** The passwords in the proxies' addresses, as written and percent-decoded. */
function proxyPasswords(): string[] {
  const written = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].flatMap(
    (name) => /^(?:\w+:\/\/)?[^:@/]*:(.+)@/.exec(process.env[name] ?? "")?.[1] ?? [],
  );
  return written.flatMap((password) => [password, percentDecoded(password)]);
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

let inFile: { path: string; text: string } | undefined;

function passphraseInFile(): string {
  const path = process.env["PULUMI_CONFIG_PASSPHRASE_FILE"];
  if (!path) return "";
  if (inFile?.path !== path) inFile = { path, text: textOf(path) };
  return inFile.text;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    // A file that cannot be read is reported where the passphrase is needed.
    return "";
  }
}

/** Masks output line by line, since a secret may arrive in two chunks. */
export class RedactedLines {
  readonly #stream: NodeJS.WritableStream;
  #rest = "";

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
  }

  write(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#stream.write(`${withoutCommands(redacted(line))}\n`);
  }

  /** Writes the last line where it has no line break. */
  end(): void {
    if (this.#rest !== "") this.write("\n");
  }
}
