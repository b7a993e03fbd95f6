import { AwsError } from "../../errors.ts";
import { queryProtocol } from "../../protocols/query.ts";
import type { Call, Operations, Service } from "../service.ts";
import { stackSetOperations } from "./stack-sets.ts";

const organizationsAccess: Operations = {
  DescribeOrganizationsAccess: {
    on: () => "*",
    run: ({ aws }) => ({ Status: aws.stackSets.trustedAccess ? "ENABLED" : "DISABLED" }),
  },
  ActivateOrganizationsAccess: {
    on: () => "*",
    run({ aws }) {
      aws.stackSets.trustedAccess = true;
      return {};
    },
  },
};

/** CloudFormation: stack sets in the management account, and nothing else. */
export const cloudFormation: Service = {
  name: "cloudformation",
  permissionPrefix: "cloudformation",
  protocol: queryProtocol("http://cloudformation.amazonaws.com/doc/2010-05-15/"),
  operations: fromManagementAccount({ ...stackSetOperations, ...organizationsAccess }),
};

function fromManagementAccount(operations: Operations): Operations {
  return Object.fromEntries(
    Object.entries(operations).map(([action, operation]) => [
      action,
      {
        ...operation,
        run(call: Call) {
          if (call.caller.accountId === call.aws.organization.managementAccountId) return operation.run(call);
          throw new AwsError(
            "ValidationError",
            "You must be the management account or delegated admin account of an organization before operating a SERVICE_MANAGED stack set",
          );
        },
      },
    ]),
  );
}
