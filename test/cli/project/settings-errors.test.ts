import { expect } from "chai";

import { FileFailure } from "../../../cli/failure.ts";
import { SettingsFile } from "../../../cli/project/settings-file.ts";

const keys = {
  organizationalUnits: "[ou-abcd-11111111]",
  authAccount: '"222222222222"',
  developmentAccounts: '{ sandbox: "333333333333", payments: "444444444444" }',
  developers: "{ alice: {} }",
};

/** A settings file with these keys in place of the good ones. A key with undefined is left out. */
function file(changes: Record<string, string | undefined>): string {
  const written: Record<string, string | undefined> = { ...keys, ...changes };
  const lines = Object.entries(written).flatMap(([key, value]) =>
    value === undefined
      ? []
      : [`  ${key.includes(":") ? key : `mfa-admin:${key}`}:${value === "" ? "" : " "}${value}\n`],
  );
  return `config:\n${lines.join("")}`;
}

/** The errors of a settings file: "LINE: message". */
function problems(text: string): string[] {
  try {
    SettingsFile.parse("Pulumi.main.yaml", text);
    return [];
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error;
    return error.problems.map(
      ({ line, message }) => `${line ?? ""}: ${message.replace("this is not valid YAML", "YAML")}`,
    );
  }
}

const id = "an AWS account id has exactly 12 digits";
const unit = "an organizational unit's id looks like ou-abcd-11111111, with 8 characters at least at its end";
const units = "this must be a list of ids, such as [ou-abcd-11111111]";
const accounts = 'this must be a map of names and account ids, such as { sandbox: "333333333333" }';
const roster = "this must be a map of user names, such as { alice: {}, bob: { accounts: [sandbox] } }";
const seconds = "this must be a whole number of seconds from 3600 to 43200";
const role = "a role's name is 1 to 64 letters, digits and + = , . @ _ -";
const day = "this must be a day, YYYY-MM-DD, such as 2027-03-31";
const region = "this must be a region's code, such as ap-northeast-1 for Tokyo";
const keyValue = "write KEY: VALUE, with a space after the colon";

/** Values of a key, and the message about each at that key. */
const values: [key: string, written: string, says: string][] = [
  ["organizationalUnits", "ou-abcd-11111111", `${units}, not ou-abcd-11111111; write [ou-abcd-11111111]`],
  ["organizationalUnits", "{ a: b }", `${units}, not a map`],
  ["organizationalUnits", "", `${units}; nothing stands here`],
  [
    "organizationalUnits",
    "\n    -ou-abcd-11111111",
    `${units}, not -ou-abcd-11111111; an entry of a list begins with a hyphen and a space`,
  ],
  [
    "organizationalUnits",
    "'[\"ou-abcd-11111111\"]'",
    `${units}, not ["ou-abcd-11111111"]; it is text by its quotes, or by a | before it: take them away`,
  ],
  ["authAccount", "222222222222", 'this must be text, not a number; write it in quotes: "222222222222"'],
  [
    "authAccount",
    "022222222222",
    'not every reader of YAML takes 022222222222 for text; write it in quotes: "022222222222"',
  ],
  ["authAccount", "2222", `${id}, not 2222`],
  ["authAccount", "0x1F", `${id}, not 0x1F`],
  ["authAccount", "2.22222222222e11", `${id}, not 2.22222222222e11`],
  ["authAccount", "2222_2222_2222", `${id}, not 2222_2222_2222; write "222222222222"`],
  ["authAccount", "1234-5678-9012", `${id}, not 1234-5678-9012; write "123456789012"`],
  ["authAccount", "arn:aws:iam::222222222222:root", `${id}, not arn:aws:iam::222222222222:root; write "222222222222"`],
  ["authAccount", "“２２２２２２２２２２２２”", `${id}, not “２２２２２２２２２２２２”; write "222222222222"`],
  ["authAccount", '"222222222222 "', `${id}, not "222222222222 "; write "222222222222"`],
  ["authAccount", "true", `${id}, not true`],
  ["authAccount", "[a]", `${id}, not a list`],
  [
    "authAccount",
    "{ secure: v1:abc }",
    "the engine takes `secure` alone for a secret of Pulumi's, which no setting may be; write the value itself, or rename the key",
  ],
  ["developmentAccounts", "[a]", `${accounts}, not a list`],
  [
    "developmentAccounts",
    '\n    sandbox:"333333333333"',
    `${accounts}, not sandbox:"333333333333"; a colon and a space make a key of what stands before them`,
  ],
  ["developers", "[alice, bob]", `${roster}, not a list`],
  ["developers", "yes", `${roster}, not yes`],
  ["developers", "2026-01-02", `${roster}, not 2026-01-02`],
  ["sessionDuration", "3600.5", `${seconds}, not 3600.5`],
  ["sessionDuration", "1e4", `${seconds}, not 1e4`],
  ["sessionDuration", "7200s", `${seconds}, not 7200s`],
  ["sessionDuration", "12", `${seconds}, not 12`],
  ["sessionDuration", "43201", `${seconds}, not 43201`],
  ["sessionDuration", '"7200"', `${seconds}, not "7200"; write it without quotes`],
  ["sessionDuration", "~", `${seconds}; nothing stands here`],
  ["region", "Tokyo", `${region}, not Tokyo`],
  ["region", "US_EAST_1", `${region}, not US_EAST_1; write us-east-1`],
  [
    "contact",
    "#help",
    "this must be 1 to 256 letters, digits, spaces and any of _ . : / = + - @; nothing stands here; a # that is not in quotes begins a comment",
  ],
  [
    "contact",
    '"a\\e[2J"',
    'this must be 1 to 256 letters, digits, spaces and any of _ . : / = + - @, not "a\\u001b[2J"',
  ],
  ["contact", "yes", 'not every reader of YAML takes yes for text; write it in quotes: "yes"'],
  [
    "accessRole",
    "arn:aws:iam::222222222222:role/path/Access",
    `${role}, not arn:aws:iam::222222222222:role/path/Access; write the name of a role without a path: policies tell the access role by its ARN`,
  ],
  [
    "accountAlias",
    "a--b",
    "an account alias is 3 to 63 lower-case letters, digits and single hyphens between them, not a--b",
  ],
];

/** Values of a nested key, which the message names. */
const inner: [key: string, written: string, says: string][] = [
  [
    "organizationalUnits",
    "[r-abcd]",
    `organizationalUnits.0: ${unit}, not r-abcd; write units below the root: the auth account is below the root, too`,
  ],
  [
    "organizationalUnits",
    "[arn:aws:organizations::111111111111:ou/o-a/ou-abcd-11111111]",
    `organizationalUnits.0: ${unit}, not arn:aws:organizations::111111111111:ou/o-a/ou-abcd-11111111; write ou-abcd-11111111`,
  ],
  [
    "developers",
    "{ alice: [sandbox] }",
    "developers.alice: this must be a map, such as { accounts: [sandbox] }, or {} for every development account, not a list",
  ],
  [
    "developers",
    "{ alice: { accounts: sandbox } }",
    "developers.alice.accounts: this must be a list of development accounts, such as [sandbox], or a map, such as { sandbox: { until: 2027-01-31 } } (without the key: every one), not sandbox",
  ],
  [
    "developers",
    "{ alice: { accounts: [sandbx] } }",
    'developers.alice.accounts.0: "sandbx" is not one of the development accounts (sandbox, payments); did you mean sandbox?',
  ],
  [
    "developers",
    '{ alice: { accounts: ["333333333333"] } }',
    'developers.alice.accounts.0: "333333333333" is not one of the development accounts (sandbox, payments); it is the id of sandbox',
  ],
  [
    "developers",
    '{ alice: { accounts: ["*"] } }',
    "developers.alice.accounts.0: leave accounts out for every development account",
  ],
  [
    "developers",
    "{ alice: { acounts: [sandbox] } }",
    "developers.alice.acounts: there is no such key; did you mean mfa-admin:developers.alice.accounts?",
  ],
  [
    "developers",
    "{ alice: { region: us-east-1 } }",
    "developers.alice.region: there is no such key; mfa-admin:region is a key of its own below config:",
  ],
  [
    "developers",
    "{ 0712: {} }",
    'developers.0712: not every reader of YAML takes 0712 for text; write it in quotes: "0712"',
  ],
  ["developers", "{ : {} }", "developers: a name is missing before the colon"],
  [
    "exempt",
    "{ sandbox/smtp: { until: 2027-3-31, reason: mail } }",
    `exempt.sandbox/smtp.until: ${day}, not 2027-3-31`,
  ],
  [
    "exempt",
    "{ sandbox/smtp: { until: 2027-02-30, reason: mail } }",
    "exempt.sandbox/smtp.until: there is no day 2027-02-30",
  ],
  [
    "exempt",
    "{ sandbox/smtp: { until: 9999-12-31, reason: mail } }",
    "exempt.sandbox/smtp.until: the latest day that a policy can hold is 9999-12-30",
  ],
  [
    "exempt",
    "{ sandbox/smtp: { unti: 2027-03-31, reason: mail } }",
    "exempt.sandbox/smtp.unti: there is no such key; did you mean mfa-admin:exempt.sandbox/smtp.until?",
  ],
  [
    "shutOut",
    "[Payments/smtp]",
    'shutOut.0: "Payments" is not one of the development accounts (sandbox, payments); did you mean payments?',
  ],
  [
    "shutOut",
    "[arn:aws:iam::444444444444:user/smtp]",
    "shutOut.0: this must be ACCOUNT/USER, ACCOUNT/root or ACCOUNT/*, with an account's name in these settings or its id, not arn:aws:iam::444444444444:user/smtp; write 444444444444/smtp",
  ],
  ["tags", "{ team: 5 }", 'tags.team: this must be text, not a number; write it in quotes: "5"'],
  ["tags", "{ team: 3.5 }", 'tags.team: not every reader of YAML takes 3.5 for text; write it in quotes: "3.5"'],
  ["tags", `{ team: ${"x".repeat(257)} }`, "tags.team: a tag's value has 256 characters at most, not 257"],
  ["passwordPolicy", "{ requireNumbers: yes }", "passwordPolicy.requireNumbers: this must be true or false, not yes"],
  [
    "passwordPolicy",
    '{ requireNumbers: "true" }',
    'passwordPolicy.requireNumbers: this must be true or false, not "true"; write it without quotes',
  ],
  [
    "passwordPolicy",
    "{ minimumPasswordLength: 5 }",
    "passwordPolicy.minimumPasswordLength: this must be a whole number of characters from 6 to 128, not 5",
  ],
  [
    "passwordPolicy",
    "{ maxPasswordAge: 2000 }",
    "passwordPolicy.maxPasswordAge: this must be a whole number of days from 1 to 1095, not 2000",
  ],
];

const base = file({});
const missing = ["organizationalUnits", "authAccount", "developmentAccounts"];
const wholeFiles: [what: string, text: string, says: string[]][] = [
  [
    "a text for a list says nothing of the list's length",
    file({ permissions: "ReadOnly" }),
    [
      "6: mfa-admin:permissions: this must be a list of ARNs, such as [arn:aws:iam::aws:policy/AdministratorAccess], not ReadOnly",
    ],
  ],
  [
    "an account that is wrong by itself is not missed where it is named",
    file({ developmentAccounts: '{ Sandbox: "333333333333" }', developers: "{ alice: { accounts: [Sandbox] } }" }),
    [
      "4: mfa-admin:developmentAccounts.Sandbox: an account's name is 1 to 32 lower-case letters, digits and hyphens, and begins with no hyphen",
    ],
  ],
  [
    "a slip in a key that has to be there is told once",
    file({ authAccount: undefined, authAcount: '"222222222222"' }),
    ["5: mfa-admin:authAcount: there is no such key; did you mean mfa-admin:authAccount?"],
  ],
  [
    "too many tags are told once, not by every developer",
    file({
      developers: "{ alice: {}, bob: {}, carol: {} }",
      tags: `{ ${Array.from({ length: 50 }, (_, index) => `k${index}: x`).join(", ")} }`,
    }),
    [
      "6: mfa-admin:tags: the user alice would need 55 tags, and IAM takes 50: 2 for the accounts, 3 of the stack's own, and 50 of tags",
    ],
  ],
  [
    "several problems come in the file's order",
    file({ developmentAccounts: "[a]", authAccount: "5", region: "Tokyo" }),
    [
      `3: mfa-admin:authAccount: ${id}, not 5`,
      `4: mfa-admin:developmentAccounts: ${accounts}, not a list`,
      `6: mfa-admin:region: ${region}, not Tokyo`,
    ],
  ],
  [
    "a name that is a number is found at its line",
    file({ developers: "\n    alice: {}\n    12:\n      acounts: [sandbox]" }),
    ["8: mfa-admin:developers.12.acounts: there is no such key; did you mean mfa-admin:developers.12.accounts?"],
  ],
  [
    "a name and its value are told of apart",
    file({ tags: "{ 0712: 5 }" }),
    [
      '6: mfa-admin:tags.0712: this must be text, not a number; write it in quotes: "5"',
      '6: mfa-admin:tags.0712: not every reader of YAML takes 0712 for text; write it in quotes: "0712"',
    ],
  ],
  [
    "a key of another place",
    file({ until: "x" }),
    ["6: mfa-admin:until: there is no such key; it belongs below mfa-admin:developers"],
  ],
  [
    "a key like no other",
    file({ passwordPolicy: "{ hardExpiry: true }" }),
    [
      "6: mfa-admin:passwordPolicy.hardExpiry: there is no such key; the keys here are minimumPasswordLength, requireLowercaseCharacters, requireUppercaseCharacters, requireNumbers, requireSymbols, maxPasswordAge, passwordReusePrevention",
    ],
  ],
  [
    "a key as a path",
    file({ "developers.bob": "{}" }),
    ["6: mfa-admin:developers.bob: there is no such key; write bob below mfa-admin:developers"],
  ],
  [
    "a slip in the namespace",
    file({ developers: undefined, "mfa-admn:developers": "{ alice: {} }" }),
    ["5: mfa-admn:developers: the namespace is mfa-admin:; did you mean mfa-admin:developers?"],
  ],
  [
    "the only roster in another namespace",
    file({ developers: undefined, "acme:developers": "{ alice: {} }" }),
    [
      "5: acme:developers: nobody reads this, and there is no mfa-admin:developers; write that, and mfa-admin:developers: {} for nobody",
    ],
  ],
  [
    "a key in another namespace",
    file({ authAccount: undefined, "acme:authAccount": '"222222222222"' }),
    ["1: mfa-admin:authAccount: this key is missing; acme:authAccount is of another namespace"],
  ],
  ["a key of another program", file({ "aws:region": "eu-central-1" }), []],
  [
    "the namespace as a map",
    "config:\n  mfa-admin:\n    authAccount: x\n",
    ["2: mfa-admin: write the namespace before each key instead, as in mfa-admin:authAccount"],
  ],
  [
    "a developer who is not indented far enough",
    file({ developers: "\n    alice: {}\n  bob: {}" }),
    ["7: bob: there is no such key; what belongs to the key above is indented further than that"],
  ],
  [
    "a setting beside config:",
    `${base}mfa-admin:contact: x\n`,
    ["6: mfa-admin:contact: this is not below config:; indent it by two spaces"],
  ],
  [
    "a setting indented by spaces that are none",
    `${base}\u00a0\u00a0mfa-admin:contact: x\n`,
    ["6: mfa-admin:contact: this is not below config:; indent it by two spaces"],
  ],
  ["no config:", "encryptionsalt: v1:abc\n", [": there is no config:, below which the settings stand"]],
  [
    "a slip in config:",
    base.replace("config", "Config"),
    ["1: there is no config:, below which the settings stand; write config in place of Config"],
  ],
  [
    "an empty config:",
    "config:\n",
    ["1: config: the settings stand below it, indented and each with its key; nothing does"],
  ],
  ["config: as a list", "config: []\n", ["1: config: the settings stand below it, indented and each with its key"]],
  ["config: without settings", "config: {}\n", missing.map((key) => `1: mfa-admin:${key}: this key is missing`)],
  ["an empty file", "", [": the file has no settings; they stand below config:, as mfa-admin init writes them"]],
  ["a text", "hello\n", ["1: the settings stand below config:, as mfa-admin init writes them"]],
  [
    "a key twice",
    `${base}  mfa-admin:authAccount: "222222222222"\n`,
    ['6: "mfa-admin:authAccount" is there twice, first in line 3'],
  ],
  ["a tab", `${base}\tmfa-admin:contact: x\n`, ["6: YAML: a tab stands before what this line says; indent by spaces"]],
  [
    "wrong indentation",
    `${base}   mfa-admin:contact: x\n`,
    ["6: YAML: this line is indented otherwise than those that it belongs to"],
  ],
  [
    "a colon without a space",
    base.replace("authAccount: ", "authAccount:"),
    [`3: YAML: this line has no key; ${keyValue}`],
  ],
  ["no colon", `${base}  mfa-admin:contact = x\n`, [`6: YAML: something is missing here; ${keyValue}`]],
  [
    "two keys on a line",
    file({ contact: "x: y" }),
    ["6: YAML: a second key stands on this line; write it on its own, or the value in quotes"],
  ],
  [
    "a second colon in braces",
    file({ tags: "{ team: a: b }" }),
    ["6: YAML: a second colon stands in a value here; write the value in quotes"],
  ],
  [
    "a quote that is not closed, at its own line",
    file({ authAccount: "'222222222222" }),
    ["3: YAML: the ' that stands here is not closed"],
  ],
  [
    "a brace that is not closed, at its own line",
    file({ developers: "{ alice: {}" }),
    ["5: YAML: the { that stands here is not closed"],
  ],
  [
    "a quote too many",
    file({ authAccount: '"222222222222""' }),
    ["3: YAML: the value has ended before this; write a value with such characters in quotes"],
  ],
  [
    "a reserved character",
    file({ contact: "@help" }),
    ["6: YAML: @ has a meaning here; write a text that begins with it in quotes"],
  ],
  [
    "an alias of nothing",
    file({ contact: "*help" }),
    [
      "6: YAML: *help stands for what is called &help, and nothing above it is; write a text that begins with * in quotes",
    ],
  ],
  [
    "a second document",
    `${base}---\n${base}`,
    ["6: YAML: a second document begins here, by a line of ---; the file has one"],
  ],
  [
    "a conflict of git",
    file({ developers: "\n    alice: {}\n<<<<<<< HEAD\n    bob: {}\n=======\n    carol: {}\n>>>>>>> theirs" }),
    ["7: YAML: git has left a conflict here; keep one of its sides, without the lines of <, = and >"],
  ],
];

describe("an error in the settings says what is written, and what to write", () => {
  for (const [key, written, says] of values) {
    it(`${key}: ${written}`, () => {
      expect(problems(file({ [key]: written })).map((problem) => problem.replace(/^\d+: /, ""))).to.eql([
        `mfa-admin:${key}: ${says}`,
      ]);
    });
  }
  for (const [key, written, says] of inner) {
    it(`${key}: ${written.slice(0, 60)}`, () => {
      expect(problems(file({ [key]: written })).map((problem) => problem.replace(/^\d+: /, ""))).to.eql([
        `mfa-admin:${says}`,
      ]);
    });
  }
  for (const [what, text, says] of wholeFiles) {
    it(what, () => {
      expect(problems(text)).to.eql(says);
    });
  }
});
