/** What AWS Organizations tells of the organization. It is no setting: whose credentials are wrong would not notice one that is. */
export interface OrganizationFacts {
  /** "o-…" */
  id: string;
  /** Id of the account from which the organization is managed. */
  managementAccount: string;
  /** ALL, which its policies need, or CONSOLIDATED_BILLING (Organizations API Reference, "Organization"). */
  features?: string | undefined;
  /** Id of the account at hand where that is another, to which the management account has delegated the policies. */
  administeredFrom?: string;
}

/** Asks AWS Organizations, as whoever runs the program (API Reference, "DescribeOrganization"). */
export async function organizationFacts(options: { abortSignal?: AbortSignal } = {}): Promise<OrganizationFacts> {
  const [{ DescribeOrganizationCommand }, { organizationsClient }] = await Promise.all([
    import("@aws-sdk/client-organizations"),
    import("./organizations-client.ts"),
  ]);
  const client = organizationsClient();
  const { Organization: { Id: id, MasterAccountId, FeatureSet } = {} } = await client.send(
    new DescribeOrganizationCommand({}),
    options,
  );
  if (id === undefined || MasterAccountId === undefined) {
    throw new Error("AWS Organizations names no management account.");
  }
  return { id, managementAccount: MasterAccountId, features: FeatureSet };
}
