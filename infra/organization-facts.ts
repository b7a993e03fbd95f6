/** The organization's facts from AWS Organizations. None of them is a setting, by which wrong credentials would go unnoticed. */
export interface OrganizationFacts {
  /** "o-…" */
  id: string;
  /** Id of the account from which the organization is managed. */
  managementAccount: string;
  /** ALL, which the organization's policies need, or CONSOLIDATED_BILLING (Organizations API Reference, "Organization"). */
  features?: string | undefined;
  /** Id of the caller's account where it is not the management account, but one to which that has delegated the policies. */
  administeredFrom?: string;
}

/** Asks AWS Organizations, with the caller's credentials (API Reference, "DescribeOrganization"). */
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
