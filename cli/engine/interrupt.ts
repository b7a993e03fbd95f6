/**
 * Lets Ctrl-C cancel an engine run gracefully instead of killing it: operations under way end, and the state is kept.
 *
 * @param onInterrupt called once, at the first signal, to tell the user
 */
export async function cancellable<T>(onInterrupt: () => void, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let interrupts = 0;
  const interrupt = (signal: NodeJS.Signals): void => {
    interrupts++;
    if (interrupts === 1) onInterrupt();
    // A terminal sends Ctrl-C to the engine as well, and a second signal makes the engine stop at once. So the first one is passed
    // on only where no terminal has sent it.
    if (interrupts > 1 || signal !== "SIGINT" || !isOnTerminal()) controller.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  try {
    return await call(controller.signal);
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

function isOnTerminal(): boolean {
  return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
}
