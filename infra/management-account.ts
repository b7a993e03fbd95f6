/**
 * The id of the organization's management account, as AWS Organizations tells whoever runs the program (API Reference,
 * "DescribeOrganization"). It is no setting: whose credentials are wrong would not notice one that is.
 */
export async function managementAccount(): Promise<string> {
  const [{ DescribeOrganizationCommand }, { organizationsClient }] = await Promise.all([
    import("@aws-sdk/client-organizations"),
    import("./organizations-client.ts"),
  ]);
  const client = organizationsClient();
  const { Organization } = await client.send(new DescribeOrganizationCommand({}));
  if (Organization?.MasterAccountId === undefined) throw new Error("AWS Organizations names no management account.");
  return Organization.MasterAccountId;
}
