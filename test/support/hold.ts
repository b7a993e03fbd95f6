/** Sets whether handles of another process keep this process alive. */
export function hold(handles: (object | null | undefined)[], isHeld: boolean): void {
  for (const one of handles) {
    const handle = one as { ref?: () => void; unref?: () => void } | null | undefined;
    (isHeld ? handle?.ref : handle?.unref)?.call(handle);
  }
}
