import { expect } from "chai";

import type { Verification } from "../../../cli/results/verify.ts";
import { verificationJunit } from "../../../cli/verify/junit.ts";
import { verificationMarkdown } from "../../../cli/verify/markdown.ts";
import { verificationText } from "../../../cli/verify/text.ts";
import { expectGolden } from "../../support/golden.ts";
import { requireValidResult } from "../../support/results.ts";

const line: Verification["lines"][number] = {
  ...{ account: "sandbox", who: "an IAM user who may do everything", credentials: "access key", resource: "*" },
  ...{ action: "iam:ListUsers", expected: "denied", got: "denied", decidedBy: "service control policy", holds: true },
};
const held: Verification = {
  ...{ version: 1, stack: "main", holds: true, complete: true },
  promises: { simulated: 1200, compared: 14, searched: 30 },
  ...{ findings: [], missed: [], notFound: [], lines: [line], compared: [] },
};
const door: Verification["findings"][number] = {
  ...{ name: "role-without-mfa/sandbox/back|door", kind: "role-without-mfa", account: "sandbox" },
  fact: "The role back|door in sandbox lets users in without MFA: arn:aws:iam::222222222222:root.",
  ...{ meaning: "A key is enough.", remedy: "Delete the role.", command: "aws iam delete-role --role-name back|door" },
};
const open: typeof line = {
  ...{ account: "sandbox", who: line.who, credentials: "access key", resource: "*", action: "iam:CreateUser" },
  ...{ expected: "denied", got: "allowed", holds: false },
};
const broken: Verification = {
  ...held,
  ...{ holds: false, complete: false },
  findings: [
    door,
    {
      ...door,
      name: "user/sandbox/ci",
      kind: "user",
      accepted: { reason: "until it has a role", until: "2027-03-31" },
    },
  ],
  missed: [{ what: "account payments", reason: "AccessDenied: not you\u001b[2J.", remedy: "Look again." }],
  notFound: ["user/auth/gone"],
  lines: [line, open],
  compared: [{ account: "sandbox", what: "trust policy of role developer-alice", holds: false }],
  live: [
    {
      ...{ account: "sandbox", who: "an IAM user", credentials: "access key", action: "iam:ListUsers", resource: "*" },
      ...{ expected: "denied", got: "denied", holds: true },
      words:
        "User: alice|bob is not authorized to perform: iam:ListUsers with an explicit deny in a service control policy",
    },
    {
      ...{ account: "sandbox", who: "an IAM user", credentials: "access key", action: "iam:CreateAccessKey" },
      ...{ resource: "arn:aws:iam::333333333333:user/mfa-admin-canary-0a1b2c3d", expected: "denied", got: "allowed" },
      ...{ words: "AWS did it.", holds: false },
    },
  ],
  removed: ["auth/mfa-admin-canary-4e5f6a7b"],
};

const stream = Object.assign(Object.create(process.stdout) as NodeJS.WriteStream, { isTTY: false, columns: 80 });

describe("a verification", () => {
  it("is told in a sentence where all holds, and what it is of", () => {
    const [first, second, ...rest] = verificationText(held, stream).split("\n");
    expect(first).to.equal("All 1,244 promises hold.");
    expect(second).to.contain("1,200 lines of the matrix").and.to.contain("14 documents, trust policies and");
    expect(rest).to.eql([]);
    expect(verificationText({ ...held, complete: false, missed: broken.missed }, stream)).to.match(
      /^Nothing was found, but 1 thing could not be looked at\.\n/,
    );
  });

  it("is told to people, as markdown and as JUnit's XML", async () => {
    requireValidResult("verify", broken);
    await expectGolden("test/cli/verify/golden/broken.txt", `${verificationText(broken, stream, { all: true })}\n`);
    await expectGolden("test/cli/verify/golden/broken.md", verificationMarkdown(broken));
    await expectGolden("test/cli/verify/golden/broken.xml", verificationJunit(broken));
  });

  it("keeps to what an issue takes, and puts what does not hold before the matrix", () => {
    const many = Array.from({ length: 2000 }, (_, index) => ({ ...line, who: `user ${index}` }));
    const text = verificationMarkdown({ ...broken, lines: many });
    expect(text.length).to.be.below(65_536);
    expect(text).to.contain("back|door").and.to.contain("The rest does not fit here");
  });
});
