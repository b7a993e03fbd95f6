/**
 * The fewest calls of each kind by which `verify` can get its results, for two development accounts in one unit and one class of
 * developers.
 */
export const fewestCalls: Record<string, number> = {
  ...{ GetCallerIdentity: 1, DescribeOrganization: 1, ListRoots: 1, ListAccountsForParent: 1, ListParents: 3 },
  ...{ ListPolicies: 1, ListTargetsForPolicy: 2, DescribePolicy: 1, AssumeRole: 3 },
  ...{ GetAccountAuthorizationDetails: 3, GetAccountSummary: 3, ListOpenIDConnectProviders: 3, ListSAMLProviders: 3 },
  // A developer on four types of resources, a user and root, each with every kind of credentials; two roles, and one in auth.
  SimulateCustomPolicy: 4 * 3 + 3 + 2 + 2 + 1,
};
