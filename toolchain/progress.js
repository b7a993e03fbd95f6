/** Shows progress on stderr: on a terminal one line that is kept up to date, elsewhere (in a log) a line every few seconds. */

const logInterval = 8_000;
let silent = false;

/** @typedef {{ detail: (text: string) => void, note: (text: string) => void }} Step */

/**
 * Runs `work` as a step. Its title, the elapsed time and its latest detail are shown while it runs.
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
    // The line is cut, since a line that wraps cannot be overwritten.
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

/** Stops the progress of all steps. */
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
