import pMap from "p-map";

/** Does several things, a few at a time, each whatever becomes of the others. @throws what was refused first, once all are done */
export async function doEach(parts: (() => Promise<unknown>)[]): Promise<void> {
  const attempt = (part: () => Promise<unknown>) =>
    part().then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
  const done = await pMap(parts, attempt, { concurrency: 8 });
  const refused = done.find((one) => one !== undefined);
  if (refused !== undefined) throw refused.error;
}
