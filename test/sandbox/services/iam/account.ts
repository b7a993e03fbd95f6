import { noSuchEntity } from "../../errors.ts";
import type { PasswordPolicy } from "../../model/entities.ts";
import type { Operations } from "../service.ts";
import { credentialReport } from "./credential-report.ts";

const HOUR = 3_600_000;

/** Actions on the account as a whole. */
export const accountOperations: Operations = {
  ListAccountAliases: {
    on: () => "*",
    run: (call) => ({ AccountAliases: call.account.aliases, IsTruncated: false }),
  },
  CreateAccountAlias: {
    on: () => "*",
    run(call) {
      // An account has at most one alias: a new one replaces the old.
      call.account.aliases.splice(0, 1, call.input.string("AccountAlias"));
      return {};
    },
  },
  GetAccountSummary: {
    on: () => "*",
    run(call) {
      const { users, groups, roles, policies, virtualMfaDevices } = call.account;
      const inUse = [...users].reduce((count, user) => count + user.mfaDevices.length, 0);
      const unassigned = [...virtualMfaDevices].filter((device) => device.enabled === undefined).length;
      const summary = {
        Users: users.names.length,
        UsersQuota: 5000,
        Groups: groups.names.length,
        GroupsQuota: 300,
        Roles: roles.names.length,
        RolesQuota: 1000,
        Policies: policies.names.length,
        PoliciesQuota: 1500,
        PolicySizeQuota: 6144,
        AssumeRolePolicySizeQuota: 2048,
        GroupsPerUserQuota: 10,
        AccessKeysPerUserQuota: 2,
        AttachedPoliciesPerUserQuota: 10,
        AttachedPoliciesPerGroupQuota: 10,
        AttachedPoliciesPerRoleQuota: 10,
        MFADevices: inUse + unassigned,
        MFADevicesInUse: inUse,
        AccountMFAEnabled: 0,
        AccountAccessKeysPresent: call.aws.credentials.rootKeys(call.account.id).length > 0 ? 1 : 0,
      };
      return { SummaryMap: new Map(Object.entries(summary)) };
    },
  },
  GetAccountPasswordPolicy: {
    on: () => "*",
    run(call) {
      const policy = call.account.passwordPolicy;
      if (policy === undefined) {
        throw noSuchEntity(`The Password Policy with domain name ${call.account.id} cannot be found.`);
      }
      return {
        PasswordPolicy: {
          MinimumPasswordLength: policy.minimumPasswordLength,
          RequireSymbols: policy.requireSymbols,
          RequireNumbers: policy.requireNumbers,
          RequireUppercaseCharacters: policy.requireUppercaseCharacters,
          RequireLowercaseCharacters: policy.requireLowercaseCharacters,
          AllowUsersToChangePassword: policy.allowUsersToChangePassword,
          ExpirePasswords: false,
        },
      };
    },
  },
  UpdateAccountPasswordPolicy: {
    on: () => "*",
    run(call) {
      const { input } = call;
      const policy: PasswordPolicy = {
        minimumPasswordLength: input.integer("MinimumPasswordLength", 6, 6, 128),
        requireSymbols: input.flag("RequireSymbols"),
        requireNumbers: input.flag("RequireNumbers"),
        requireUppercaseCharacters: input.flag("RequireUppercaseCharacters"),
        requireLowercaseCharacters: input.flag("RequireLowercaseCharacters"),
        allowUsersToChangePassword: input.flag("AllowUsersToChangePassword"),
      };
      call.account.passwordPolicy = policy;
      return {};
    },
  },
  GenerateCredentialReport: {
    on: () => "*",
    run(call) {
      const { account, now } = call;
      const last = account.credentialReport;
      // A report that is younger than four hours is not generated again.
      if (last !== undefined && now.getTime() - last.generated.getTime() < 4 * HOUR) return { State: "COMPLETE" };
      const rootKeys = call.aws.credentials.rootKeys(account.id).map(({ key }) => key);
      account.credentialReport = { generated: now, content: credentialReport(account, rootKeys) };
      // The call only starts the work; a later call finds it done.
      return { State: "STARTED" };
    },
  },
  GetCredentialReport: {
    on: () => "*",
    run(call) {
      const report = call.account.credentialReport;
      if (report === undefined) throw noSuchEntity("No report exists: call GenerateCredentialReport first.");
      return {
        Content: Buffer.from(report.content).toString("base64"),
        ReportFormat: "text/csv",
        GeneratedTime: report.generated,
      };
    },
  },
};
