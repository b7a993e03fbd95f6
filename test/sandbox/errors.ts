/** An error of AWS; `code` is that of IAM and STS, which each protocol translates into its own. */
export class AwsError extends Error {
  override readonly name = "AwsError";
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export const accessDenied = (message: string): AwsError => new AwsError("AccessDenied", message, 403);
export const validationError = (message: string): AwsError => new AwsError("ValidationError", message);
export const noSuchEntity = (message: string): AwsError => new AwsError("NoSuchEntity", message, 404);
export const entityAlreadyExists = (message: string): AwsError => new AwsError("EntityAlreadyExists", message, 409);
export const deleteConflict = (message: string): AwsError => new AwsError("DeleteConflict", message, 409);
export const limitExceeded = (message: string): AwsError => new AwsError("LimitExceeded", message, 409);
export const malformedPolicyDocument = (message: string): AwsError => new AwsError("MalformedPolicyDocument", message);
