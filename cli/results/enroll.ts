import * as z from "zod";

export const enrollSchema = z.strictObject({
  userName: z.string(),
  mfaDevice: z.string(),
  accessKeyId: z.string(),
  profiles: z.array(z.string()).describe("Names of the profiles for the access key and the accounts."),
});

/** The result of an enrolment. No secrets. */
export type Enrolled = z.infer<typeof enrollSchema>;
