import { AwsError } from "../../errors.ts";
import type { Operations } from "../service.ts";
import { change } from "./policies.ts";

/** Actions that a member account does for itself. */
export const leavingOperations: Operations = {
  LeaveOrganization: change({
    on: () => "*",
    run({ aws: { organization }, caller }) {
      if (caller.accountId === organization.managementAccountId) {
        throw new AwsError(
          "MasterCannotLeaveOrganizationException",
          "You can't remove a management account from an organization.",
        );
      }
      organization.leave(caller.accountId);
      return {};
    },
  }),
};
