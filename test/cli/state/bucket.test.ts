import { HeadBucketCommand } from "@aws-sdk/client-s3";
import { expect } from "chai";

import { bucketOf } from "../../../cli/state/bucket.ts";
import { clientConfigurationIn } from "../../../cli/state/cloud-url.ts";
import { refusal } from "../../sandbox/testing.ts";
import { inEnvironment } from "../../support/environment.ts";

describe("a bucket that keeps a state", () => {
  it("is given up where it has not answered twice in time, also by who would wait for ever", async () => {
    const restore = inEnvironment({ AWS_ACCESS_KEY_ID: "AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY: "example" });
    try {
      const { requestHandler: waiting } = await clientConfigurationIn(new URL("s3://states?region=eu-central-1"));
      expect(waiting).to.have.property("requestTimeout").that.is.lessThan(30_000);
      const client = await (bucketOf("s3://states?region=eu-central-1") ?? expect.fail()).client();
      const { requestHandler } = client.config;
      let asked = 0;
      client.config.requestHandler = Object.assign(requestHandler, {
        handle() {
          asked++;
          return Promise.reject(Object.assign(new Error("no answer"), { name: "TimeoutError" }));
        },
      });
      const refused = await refusal(client.send(new HeadBucketCommand({ Bucket: "states" })));
      expect(refused.message).to.equal("S3 has not answered HeadBucket in time");
      expect(asked).to.equal(2);
    } finally {
      restore();
    }
  });
});
