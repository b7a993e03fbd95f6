/** Whether a server keeps the state: Pulumi Cloud, or one of one's own. It has its own secrets, locks and older versions. */
export function isServer(backendUrl: string): boolean {
  return /^https?:/.test(backendUrl);
}
