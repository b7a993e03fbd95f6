import pMap from "p-map";

/** Runs all parts, eight at a time, even where others fail. @throws the error of the first part that failed, once all are done */
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
