import { readFileSync } from "node:fs";

import { withoutCommands } from "./workflow-commands.ts";

/** Variables of the environment whose values must not be printed, whoever repeats them in an error or a log. */
const names = [
  "PULUMI_CONFIG_PASSPHRASE",
  "PULUMI_ACCESS_TOKEN",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "GITHUB_TOKEN",
  "GH_TOKEN",
  "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
];

/** Shorter values are no secrets that masking would keep, and might be part of any word. */
const shortest = 8;

/** A text in which `***` stands for every secret of the environment, also as JSON or a URL would have it. */
export function redacted(text: string): string {
  return secrets().reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
}

/** Every form of every secret, the longest first, since one may be a part of another. */
function secrets(): string[] {
  const values = [...names.map((name) => process.env[name] ?? ""), passphraseInFile(), ...proxyPasswords()];
  // A log has a line of a secret by itself.
  const lines = values.flatMap((value) => [value, ...value.split(/\r?\n/)]);
  const forms = lines.flatMap((line) => [line, JSON.stringify(line).slice(1, -1), encodeURIComponent(line)]);
  return [...new Set(forms)].filter(({ length }) => length >= shortest).sort((a, b) => b.length - a.length);
}

/** What stands between the user's name and the host in the address of a proxy, as it is written there and as it is meant. */
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
    // Whoever needs it says what is wrong with it.
    return "";
  }
}

/** Writes to a stream line by line, since a secret may come in two pieces. */
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

  /** Writes what has no line break at its end. */
  end(): void {
    if (this.#rest !== "") this.write("\n");
  }
}
