/** Mocha's workers would go on after a rejection that nobody handles, and the test would wait in vain for what was to follow. */
export const mochaHooks = {
  beforeAll(): void {
    process.on("unhandledRejection", fail);
  },
  afterAll(): void {
    process.removeListener("unhandledRejection", fail);
  },
};

function fail(reason: unknown): never {
  throw reason instanceof Error ? reason : new Error(String(reason));
}
