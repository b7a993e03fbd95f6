import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";

import { findPulumi } from "../../../cli/engine/pulumi-command.ts";
import { FileFailure } from "../../../cli/failure.ts";
import { withDevelopers } from "../../../cli/project/roster-text.ts";
import { SettingsFile } from "../../../cli/project/settings-file.ts";
import { isolatedEnvironment } from "../../environment.ts";

const head = `config:
  mfa-admin:organizationalUnits: [ou-abcd-11111111]
  mfa-admin:authAccount: "222222222222"
  mfa-admin:developmentAccounts: { sandbox: "333333333333" }
`;

/** What is wrong with these lines below the head: "LINE: message". */
function problems(text: string): string[] {
  try {
    SettingsFile.parse("Pulumi.main.yaml", head + text);
    return [];
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error;
    return error.problems.map(({ line, message }) => `${line}: ${message}`);
  }
}

const roster = (name: string): string => `  mfa-admin:developers:\n    alice: {}\n    ${name}: {}\n`;
const differing = [
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

describe("a settings file that the engine would read differently", () => {
  for (const name of differing) {
    it(`is refused at the line of the name ${name}, and quotes are asked for where they help`, () => {
      const [problem = "", ...others] = problems(roster(name));
      expect(others).to.eql([]);
      expect(problem).to.match(/^7: mfa-admin:developers\./);
      const inQuotes = problems(roster(`"${name}"`));
      expect(inQuotes.join()).not.to.contain("quotes");
      // IAM takes no name with a colon, nor of one character.
      if (inQuotes.length === 0) expect(problem).to.contain(`write it in quotes: "${name}"`);
      else expect([problem]).to.eql(inQuotes);
    });
  }

  it("is refused for a value as for a name, at any depth, also where an alias brings it", () => {
    expect(problems("  mfa-admin:tags: { team: 0712 }\n")).to.have.length(1);
    expect(problems('  mfa-admin:tags: { team: "0712" }\n')).to.eql([]);
    expect(problems("  mfa-admin:sessionDuration: 0x1C20\n").join()).to.contain("5: mfa-admin:sessionDuration: ");
    expect(problems("  other:x: &day 2026-01-02\n  mfa-admin:tags: { since: *day }\n").join()).to.contain("in quotes");
  });

  it("is not refused for the last day of an exemption, which both take for the same day", () => {
    const exempt = (until: string): string =>
      `  mfa-admin:exempt: { sandbox/smtp: { until: ${until}, reason: mail } }\n`;
    expect(problems(exempt("2027-03-31"))).to.eql([]);
    expect(problems(exempt('"2027-03-31"'))).to.eql([]);
    expect(problems(exempt("2027-3-31")).join()).to.contain("must be a day");
    expect(problems(exempt("2027-03-31 01:00:00")).join()).to.contain("must be a day");
    expect(
      problems('  mfa-admin:exempt: { sandbox/smtp: { until: "2027-03-31", reason: 2027-03-31 } }\n').join(),
    ).to.contain("in quotes");
  });

  for (const [what, text] of [
    ["a merge key in quotes", '  mfa-admin:developers:\n    "<<": {}\n'],
    ["a merge key", "  mfa-admin:developers:\n    <<: { mallory: {} }\n"],
    ["a merge key above the settings", "  <<: { mfa-admin:developers: { mallory: {} } }\n"],
    ["a tag", "  mfa-admin:developers: { !!str alice: {} }\n"],
    ["a tag of a value", "  mfa-admin:tags: { team: !!binary YQ== }\n"],
    ["an alias for a key", "  other:x: &name mallory\n  mfa-admin:developers: { *name : {} }\n"],
    ["a list for a key", "  mfa-admin:developers: { ? [a] : {} }\n"],
    [
      "a line break that only the engine knows, in a comment",
      "  mfa-admin:developers:\n    alice: {} #\u2028    mallory: {}\n",
    ],
    ["a setting without its namespace, which the engine adds", "  developers: { mallory: {} }\n"],
    ["a value that the engine takes for a sealed one", "  mfa-admin:tags: { secure: v1:abc }\n"],
    ["a sealed value further down", "  mfa-admin:tags: { team: { secure: v1:abc } }\n"],
    ["an environment, from which the engine would take more", "environment: [more]\n"],
    ["the name __proto__", '  mfa-admin:developers: { "__proto__": {} }\n'],
    ["an escape that the engine does not know", '  mfa-admin:tags: { team: "a\\/b" }\n'],
  ] as const) {
    it(`is refused for ${what}`, () => {
      expect(problems(text).join("\n")).to.match(/^[56]: /);
    });
  }

  it("is never written: names that need quotes get them, in each form of the roster", () => {
    for (const before of [
      "  mfa-admin:developers:\n    alice: {}\n",
      "  mfa-admin:developers: {}\n",
      "  mfa-admin:developers: { alice: {} }\n",
    ]) {
      const names = differing.filter((name) => /^[\w+=,.@-]{2,64}$/.test(name));
      const text = withDevelopers(head + before, Object.fromEntries(names.map((name) => [name, {}])));
      const { developers } = SettingsFile.parse("Pulumi.main.yaml", text).settings;
      expect(Object.keys(developers)).to.include.members(names);
    }
  });
});

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

  /** What the engine reads, as it hands it to the program. */
  async function engineReads(text: string): Promise<Record<string, unknown>> {
    await writeFile(join(directory, "Pulumi.main.yaml"), text);
    const { command } = await findPulumi();
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

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
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
/** A plain or quoted text of what numbers, times and words are made of. */
function atom(next: () => number): string {
  const one = (from: string | string[]): string => from[Math.floor(next() * from.length)] ?? "";
  const known = next() < 0.2;
  const made = known
    ? one(differing)
    : Array.from({ length: 1 + Math.floor(next() * 6) }, () => one(alphabet)).join("");
  const kind = next();
  return kind < 0.15 ? JSON.stringify(made) : kind < 0.25 ? `'${made}'` : made;
}
