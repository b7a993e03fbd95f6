import { expect } from "chai";

import { settingsOfSharedPolicy } from "../../../cli/deploy/own-part.ts";
import { developerPolicy, type DeveloperRights } from "../../../infra/policies.ts";

const rights: DeveloperRights = { rolePrefix: "developer" };

describe("a pending edit of the policy that all developers share", () => {
  const edits: DeveloperRights[] = [
    { rolePrefix: "team" },
    { rolePrefix: "developer", accessKeys: "with-mfa" },
    { rolePrefix: "developer", mfaMaxAge: 3600 },
    { rolePrefix: "team", accessKeys: "with-mfa", mfaMaxAge: 3600 },
  ];
  for (const edit of edits) {
    const names = Object.keys(edit).filter((key) => key !== "rolePrefix" || edit.rolePrefix !== rights.rolePrefix);
    it(`is told by its setting: ${names.join(", ")}, whichever way it goes`, () => {
      expect(settingsOfSharedPolicy(developerPolicy(rights), edit)).to.eql(names);
      expect(settingsOfSharedPolicy(developerPolicy(edit), rights)).to.eql(names);
    });
  }

  it("is none where the policy is the same", () => {
    expect(settingsOfSharedPolicy(developerPolicy(rights), rights)).to.eql([]);
  });
});
