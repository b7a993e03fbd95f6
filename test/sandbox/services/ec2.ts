import { ec2Protocol } from "../protocols/query.ts";
import type { Service } from "./service.ts";

/** EC2: one instance in every account, for developers to look at. */
export const ec2: Service = {
  name: "ec2",
  permissionPrefix: "ec2",
  protocol: ec2Protocol("http://ec2.amazonaws.com/doc/2016-11-15/"),
  operations: {
    DescribeInstances: {
      on: () => "*",
      run: ({ account }) => ({
        reservationSet: [
          {
            reservationId: `r-${account.id.padStart(17, "0")}`,
            ownerId: account.id,
            instancesSet: [
              {
                instanceId: `i-${account.id.padStart(17, "0")}`,
                instanceType: "t3.micro",
                instanceState: { code: 16, name: "running" },
              },
            ],
          },
        ],
      }),
    },
    DescribeRegions: {
      on: () => "*",
      run: () => ({
        regionInfo: [{ regionName: "us-east-1", regionEndpoint: "ec2.us-east-1.amazonaws.com" }],
      }),
    },
  },
};
