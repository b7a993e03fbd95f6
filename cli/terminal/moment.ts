/** What is waited for in silence, in milliseconds. */
const moment = 2000;

/** Says what is waited for, once, where it takes more than a moment. */
export async function tellingAfterAMoment<T>(text: string, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => process.stderr.write(`${text}\n`), moment);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
