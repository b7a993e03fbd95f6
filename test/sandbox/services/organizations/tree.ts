import { AwsError } from "../../errors.ts";
import type { Account } from "../../model/account.ts";
import type { Organization } from "../../model/organization.ts";
import type { Output } from "../../protocols/protocol.ts";
import { tokenPage } from "../page.ts";
import type { Call, Operations } from "../service.ts";
import { showRoot } from "./policy-types.ts";

/** The root, the OUs and the accounts. */
export const treeOperations: Operations = {
  ListRoots: {
    on: () => "*",
    run: ({ aws: { organization } }) => ({
      Roots: [showRoot(organization)],
    }),
  },
  ListOrganizationalUnitsForParent: {
    on: (call) => target(call, "ParentId"),
    run(call) {
      const { organization } = call.aws;
      const children = organization.childrenOf(parentId(call)).flatMap((id) => showUnit(organization, id) ?? []);
      const { page, more } = tokenPage(call, children);
      return { OrganizationalUnits: page, ...more };
    },
  },
  ListAccounts: {
    on: () => "*",
    run(call) {
      const { organization } = call.aws;
      const { page, more } = tokenPage(call, [...organization.accounts.keys()]);
      return { Accounts: page.flatMap((id) => showAccount(organization, id) ?? []), ...more };
    },
  },
  ListAccountsForParent: {
    on: (call) => target(call, "ParentId"),
    run(call) {
      const { organization } = call.aws;
      const children = organization.childrenOf(parentId(call)).flatMap((id) => showAccount(organization, id) ?? []);
      const { page, more } = tokenPage(call, children);
      return { Accounts: page, ...more };
    },
  },
  ListChildren: {
    on: (call) => target(call, "ParentId"),
    run(call) {
      const { organization } = call.aws;
      const units = call.input.matching("ChildType", /^(ACCOUNT|ORGANIZATIONAL_UNIT)$/) === "ORGANIZATIONAL_UNIT";
      const children = organization.childrenOf(parentId(call)).filter((id) => organization.units.has(id) === units);
      const { page, more } = tokenPage(call, children);
      return { Children: page.map((id) => ({ Id: id, Type: units ? "ORGANIZATIONAL_UNIT" : "ACCOUNT" })), ...more };
    },
  },
  ListParents: {
    on: (call) => target(call, "ChildId"),
    run(call) {
      const { organization } = call.aws;
      const parent = organization.parentOf(call.input.string("ChildId"));
      if (parent === undefined)
        throw new AwsError("ChildNotFoundException", "You specified a child that doesn't exist.");
      return { Parents: [{ Id: parent, Type: parent === organization.rootId ? "ROOT" : "ORGANIZATIONAL_UNIT" }] };
    },
  },
  DescribeOrganizationalUnit: {
    on: (call) => target(call, "OrganizationalUnitId"),
    run(call) {
      const unit = showUnit(call.aws.organization, call.input.string("OrganizationalUnitId"));
      if (unit === undefined) {
        throw new AwsError(
          "OrganizationalUnitNotFoundException",
          "You specified an organizational unit that doesn't exist.",
        );
      }
      return { OrganizationalUnit: unit };
    },
  },
  MoveAccount: {
    on: (call) => target(call, "AccountId"),
    run(call) {
      const { organization } = call.aws;
      const [account, from, to] = ["AccountId", "SourceParentId", "DestinationParentId"].map((parameter) =>
        call.input.string(parameter),
      ) as [string, string, string];
      if (!organization.accounts.has(account)) {
        throw new AwsError("AccountNotFoundException", "You specified an account that doesn't exist.");
      }
      if (organization.parentOf(account) !== from) {
        throw new AwsError("SourceParentNotFoundException", "You specified a source parent that doesn't exist.");
      }
      if (!isParent(organization, to)) {
        throw new AwsError(
          "DestinationParentNotFoundException",
          "You specified a destination parent that doesn't exist.",
        );
      }
      if (from === to) {
        throw new AwsError(
          "DuplicateAccountException",
          "That account is already present in the specified destination.",
        );
      }
      organization.moveAccount(account, to);
      return {};
    },
  },
  DescribeAccount: {
    on: (call) => target(call, "AccountId"),
    run(call) {
      const account = showAccount(call.aws.organization, call.input.string("AccountId"));
      if (account === undefined) {
        throw new AwsError("AccountNotFoundException", "You specified an account that doesn't exist.");
      }
      return { Account: account };
    },
  },
  CloseAccount: {
    on: (call) => target(call, "AccountId"),
    run(call) {
      const { organization } = call.aws;
      const account = memberAccount(call);
      if (account.id === organization.managementAccountId) {
        throw new AwsError("ConstraintViolationException", "You cannot close the management account.");
      }
      if (account.state === "CLOSED") {
        throw new AwsError(
          "AccountAlreadyClosedException",
          "You attempted to close an account that is already closed.",
        );
      }
      account.state = "CLOSED";
      return {};
    },
  },
  RemoveAccountFromOrganization: {
    on: (call) => target(call, "AccountId"),
    run(call) {
      const { organization } = call.aws;
      const { id } = memberAccount(call);
      if (id === organization.managementAccountId) {
        throw new AwsError(
          "MasterCannotLeaveOrganizationException",
          "You can't remove a management account from an organization.",
        );
      }
      organization.removeAccount(id);
      return {};
    },
  },
};

function memberAccount(call: Call): Account {
  const account = call.aws.organization.accounts.get(call.input.string("AccountId"));
  if (account === undefined) {
    throw new AwsError("AccountNotFoundException", "You specified an account that doesn't exist.");
  }
  return account;
}

function target(call: Call, parameter: string): string {
  return call.aws.organization.targetArn(call.input.string(parameter));
}

function parentId(call: Call): string {
  const { organization } = call.aws;
  const id = call.input.string("ParentId");
  if (isParent(organization, id)) return id;
  throw new AwsError("ParentNotFoundException", "You specified parent that doesn't exist.");
}

const isParent = (organization: Organization, id: string): boolean =>
  id === organization.rootId || organization.units.has(id);

function showUnit(organization: Organization, id: string): Output | undefined {
  const unit = organization.units.get(id);
  return unit && { Id: unit.id, Arn: unit.arn, Name: unit.name };
}

function showAccount(organization: Organization, id: string): Output | undefined {
  const account = organization.accounts.get(id);
  return (
    account && {
      Id: account.id,
      Arn: organization.arn("account", account.id),
      Name: account.name,
      Email: account.email,
      // Status was retired on 2026-09-09 (Organizations API Reference, "Account").
      State: account.state,
      JoinedMethod: "CREATED",
    }
  );
}
