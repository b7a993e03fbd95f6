import { expect } from "chai";

import { sharedAccount } from "../../../cli/aws-files/profile-sources.ts";

describe("whether a credential_process is this program's own", () => {
  const own: Record<string, string> = {
    "mfa-admin credential-process --account sandbox": "sandbox",
    "mfa-admin credential-process --ask --account sandbox": "sandbox",
    "/usr/bin/mfa-admin credential-process -a sandbox --ask": "sandbox",
    "mfa-admin credential-process --account=sandbox": "sandbox",
    '"/opt/my node" "/opt/my tools/run.js" credential-process --account sandbox --source-profile "my work"': "sandbox",
  };
  for (const [command, account] of Object.entries(own)) {
    it(`it is, with the account: ${command}`, () => {
      expect(sharedAccount(command)).to.equal(account);
    });
  }

  for (const command of [
    "aws-vault export dev --format json",
    "other credential-process --account sandbox",
    "mfa-admin credential-process",
    'mfa-admin credential-process --account "open',
    "",
  ]) {
    it(`it is not: ${command}`, () => {
      expect(sharedAccount(command)).to.equal(undefined);
    });
  }
});
