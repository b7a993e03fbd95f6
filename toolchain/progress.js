/**
 * Tells the person who waits what is going on, on stderr: one line that is kept up to date on a terminal, a line every few
 * seconds elsewhere (a log).
 */

const logInterval = 8_000;
let silent = false;

/** @typedef {{ detail: (text: string) => void, note: (text: string) => void }} Step */

/**
 * Runs `work` as a step with a title, its elapsed time and, while it runs, what it says it is doing.
 * @template T
 * @param {string} title
 * @param {(step: Step) => Promise<T>} work
 * @param {NodeJS.WriteStream} out
 * @returns {Promise<T>}
 */
export async function step(title, work, out = process.stderr) {
  const started = Date.now();
  const live = out.isTTY;
  let detail = "";

  const show = () => {
    if (silent) return;
    const line = `${title}: ${elapsed(started)}${detail && `, ${detail}`}`;
    // Cut, since a line that wraps can not be overwritten.
    if (live) out.write(`\r\u001b[K${dim(line.slice(0, (out.columns || 80) - 1), out)}`);
    else out.write(`${line}\n`);
  };
  /** @param {string} line */
  const settle = (line) => out.write(`${live ? "\r\u001b[K" : ""}${line}\n`);

  if (live) show();
  else out.write(`${title}\n`);
  const timer = setInterval(show, live ? 250 : logInterval);
  try {
    const result = await work({
      detail: (text) => {
        detail = text;
      },
      note: settle,
    });
    settle(`${title}: done in ${elapsed(started)}`);
    return result;
  } catch (error) {
    settle(`${title}: failed after ${elapsed(started)}`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** @param {string} text */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Stops all steps from saying how far they are. */
export function silence() {
  silent = true;
}

/**
 * @param {number} started
 * @returns {string} such as `42 s` or `3 min 5 s`
 */
function elapsed(started) {
  const seconds = Math.round((Date.now() - started) / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * @param {string} text
 * @param {NodeJS.WriteStream} out
 * @returns {string}
 */
function dim(text, out) {
  return out.hasColors() && !process.env.NO_COLOR ? `\u001b[2m${text}\u001b[22m` : text;
}
