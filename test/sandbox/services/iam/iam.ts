import { AwsError } from "../../errors.ts";
import { queryProtocol } from "../../protocols/query.ts";
import type { Operations, Service } from "../service.ts";
import { accessKeyOperations } from "./access-keys.ts";
import { accountOperations } from "./account.ts";
import { authorizationDetailOperations } from "./authorization-details.ts";
import { groupOperations } from "./groups.ts";
import { identityPolicyOperations, tagAndBoundaryOperations } from "./identity-policies.ts";
import { managedPolicyOperations } from "./managed-policies.ts";
import { mfaOperations } from "./mfa.ts";
import { otherCredentialOperations } from "./other-credentials.ts";
import { passwordOperations } from "./passwords.ts";
import { providerOperations } from "./providers.ts";
import { roleOperations } from "./roles.ts";
import { simulationOperations } from "./simulate.ts";
import { userOperations } from "./users.ts";

/** IAM. */
export const iam: Service = {
  name: "iam",
  permissionPrefix: "iam",
  protocol: queryProtocol("https://iam.amazonaws.com/doc/2010-05-08/"),
  admits(caller) {
    // GetSessionToken's credentials are of no use in IAM unless a token code was given for them.
    if (caller.type === "User" && caller.session?.mfa === false && caller.session.console !== true) {
      throw new AwsError("InvalidClientTokenId", "The security token included in the request is invalid", 403);
    }
  },
  operations: {
    ...userOperations,
    ...groupOperations,
    ...roleOperations,
    ...managedPolicyOperations,
    ...identityPolicyOperations("User"),
    ...identityPolicyOperations("Group"),
    ...identityPolicyOperations("Role"),
    ...tagAndBoundaryOperations("User"),
    ...tagAndBoundaryOperations("Role"),
    ...passwordOperations,
    ...accessKeyOperations,
    ...mfaOperations,
    ...otherCredentialOperations,
    ...accountOperations,
    ...authorizationDetailOperations,
    ...providerOperations,
    ...simulationOperations,
  } satisfies Operations,
};
