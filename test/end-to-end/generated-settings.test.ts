import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";

import { usablePulumi } from "../../cli/engine/pulumi-command.ts";
import { isolatedEnvironment } from "../support/environment.ts";
import { differing, head, problems } from "../support/settings-problems.ts";

describe("generated settings", () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "mfa-admin-yaml-"));
    await mkdir(join(directory, "state"));
    await writeFile(
      join(directory, "Pulumi.yaml"),
      "name: mfa-admin\nruntime: nodejs\nbackend: { url: file://./state }\n",
    );
  });
  after(() => rm(directory, { recursive: true, force: true }));

  /** The configuration that the engine reads in the settings file, as it hands it to the program. */
  async function engineReads(text: string): Promise<Record<string, unknown>> {
    await writeFile(join(directory, "Pulumi.main.yaml"), text);
    const { command } = await usablePulumi();
    const env = isolatedEnvironment({ PULUMI_CONFIG_PASSPHRASE: "x", PULUMI_SKIP_UPDATE_CHECK: "true" });
    const run = (...args: string[]) => promisify(execFile)(command, args, { cwd: directory, env });
    await run("stack", "init", "main");
    const { stdout } = await run("config", "--json", "--stack", "main");
    const values = JSON.parse(stdout) as Record<string, { value?: string; objectValue?: unknown }>;
    return Object.fromEntries(
      Object.entries(values).map(([key, { value = "", objectValue }]) => [key, objectValue ?? value]),
    );
  }

  it("say the same to the engine as to the CLI, unless they are refused", async function () {
    this.timeout(60_000);
    const next = generator(20261127);
    const entries: [key: string, value: string][] = [];
    for (let tried = 0; tried < 3000; tried++) entries.push([atom(next), atom(next)]);
    const seen = new Set<string>();
    const accepted = entries.filter(([key, value]) => {
      const line = `  mfa-admin:tags: { ${key}: ${value} }\n`;
      const unclear = problems(line).some(
        (problem) => !/mfa-admin:tags\.?[^:]*: (this must be|a tag's value|tags that)/.test(problem),
      );
      if (unclear) return false;
      const name = Object.keys(
        (parse(head + line) as { config: { "mfa-admin:tags": object } }).config["mfa-admin:tags"],
      )[0];
      if (name === undefined || seen.has(name)) return false;
      seen.add(name);
      return true;
    });
    expect(accepted.length).to.be.greaterThan(300);
    const text = `config:\n  mfa-admin:tags:\n${accepted.map(([key, value]) => `    ${key}: ${value}\n`).join("")}`;
    const ours = (parse(text) as { config: { "mfa-admin:tags": unknown } }).config["mfa-admin:tags"];
    const theirs = (await engineReads(text))["mfa-admin:tags"] as Record<string, unknown>;
    expect(theirs).to.eql(ours);
  });
});

/** A generator of pseudo-random numbers from 0 up to 1, the same ones for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const alphabet = "0123456789_.:+-eExXoObBpPinfaytrusNTZ~";
/** A plain or quoted scalar of characters that occur in YAML's numbers, times and words such as true. */
function atom(next: () => number): string {
  const one = (from: string | string[]): string => from[Math.floor(next() * from.length)] ?? "";
  const known = next() < 0.2;
  const made = known
    ? one(differing)
    : Array.from({ length: 1 + Math.floor(next() * 6) }, () => one(alphabet)).join("");
  const kind = next();
  return kind < 0.15 ? JSON.stringify(made) : kind < 0.25 ? `'${made}'` : made;
}
