/** The resources that the bare program registers, as plain data, so that the program imports no module of mfa-admin. */
export interface BareResources {
  parallel: number;
  pluginVersion: string | undefined;
  accessRole: string;
  managementAccount: string;
  authAccount: string;
  developmentAccounts: Record<string, string>;
  organizationalUnits: string[];
  serviceControlPolicy: object;
  developerPolicy: object;
  developers: {
    userName: string;
    tags: { key: string; value: string }[];
    roles: {
      name: string;
      account: string;
      properties: {
        roleName: string;
        description: string;
        assumeRolePolicyDocument: object;
        managedPolicyArns: string[];
        maxSessionDuration: number;
      };
    }[];
  }[];
}
