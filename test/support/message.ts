/** Whether a message of the other process has these properties. */
export function isOneOf<T>(message: unknown, names: (keyof T & string)[]): message is T {
  return typeof message === "object" && message !== null && names.every((name) => name in message);
}
