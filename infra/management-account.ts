import { region } from "./region.ts";

/**
 * The id of the organization's management account, as AWS Organizations tells whoever runs the program (API Reference,
 * "DescribeOrganization"). It is no setting: whose credentials are wrong would not notice one that is.
 */
export async function managementAccount(): Promise<string> {
  const { DescribeOrganizationCommand, OrganizationsClient } = await import("@aws-sdk/client-organizations");
  const client = new OrganizationsClient({ region, maxAttempts: 8 });
  const { Organization } = await client.send(new DescribeOrganizationCommand({}));
  if (Organization?.MasterAccountId === undefined) throw new Error("AWS Organizations names no management account.");
  return Organization.MasterAccountId;
}
