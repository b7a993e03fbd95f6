/** Mocha's spec reporter, which also writes "N passed, N failed" to the file named by MFA_ADMIN_TEST_RESULT. */
import { writeFileSync } from "node:fs";
import Mocha from "mocha";

export default class CountingReporter extends Mocha.reporters.Spec {
  /**
   * @param {Mocha.Runner} runner
   * @param {Mocha.MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.MFA_ADMIN_TEST_RESULT;
    runner.once("end", () => {
      if (file !== undefined) writeFileSync(file, `${this.stats.passes} passed, ${this.stats.failures} failed\n`);
    });
  }
}
