import { expect } from "chai";

import { withDevelopers } from "../../../cli/project/roster-text.ts";
import { SettingsFile } from "../../../cli/project/settings-file.ts";
import { differing, head, problems } from "../../support/settings-problems.ts";

const roster = (name: string): string => `  mfa-admin:developers:\n    alice: {}\n    ${name}: {}\n`;

describe("a settings file that the engine would read differently", () => {
  for (const name of differing) {
    it(`is refused at the line of the name ${name}, and quotes are asked for where they help`, () => {
      const [problem = "", ...others] = problems(roster(name));
      expect(others).to.eql([]);
      expect(problem).to.match(/^7: mfa-admin:developers\./);
      const inQuotes = problems(roster(`"${name}"`));
      expect(inQuotes.join()).not.to.contain("quotes");
      // A user name has 2 to 64 characters and no colon: quotes do not help the others.
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
