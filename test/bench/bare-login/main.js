/** The one call that a login needs, AssumeRole, by the SDK. The access key is in the environment, the MFA code is the argument. */
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";

const { ROLE_ARN, MFA_SERIAL, SESSION_NAME } = process.env;
const { Credentials } = await new STSClient({}).send(
  new AssumeRoleCommand({
    RoleArn: ROLE_ARN,
    RoleSessionName: SESSION_NAME,
    SerialNumber: MFA_SERIAL,
    TokenCode: process.argv[2],
  }),
);
console.log(Credentials?.Expiration?.toISOString());
