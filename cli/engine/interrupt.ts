/**
 * Lets Ctrl-C cancel an engine run gracefully instead of killing it: what is under way ends, and the state is kept.
 *
 * @param onInterrupt told once, so that the user can be
 */
export async function cancellable<T>(onInterrupt: () => void, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let interrupts = 0;
  const interrupt = (signal: NodeJS.Signals): void => {
    interrupts++;
    if (interrupts === 1) onInterrupt();
    // A terminal hands Ctrl-C to the engine as well, and the engine takes a second one as "at once": so the first is
    // passed on only where no terminal did.
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
