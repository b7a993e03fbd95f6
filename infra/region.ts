/**
 * The home region of IAM and AWS Organizations in the `aws` partition. Both are global; a fixed region keeps the state
 * the same whatever region the person at the keyboard prefers.
 */
export const region = "us-east-1";
