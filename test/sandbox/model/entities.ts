/** The properties that users, groups and roles have in common. */
export interface Identity {
  name: string;
  path: string;
  /** The unique id: AIDA…, AGPA… or AROA…; never assigned twice. */
  readonly id: string;
  arn: string;
  readonly created: Date;
  /** Inline policies by name, as JSON text. */
  readonly inlinePolicies: Map<string, string>;
  /** ARNs of managed policies. */
  readonly attachedPolicies: Set<string>;
}

export interface User extends Identity {
  readonly tags: Map<string, string>;
  permissionsBoundary?: string;
  readonly groups: Set<Group>;
  loginProfile?: LoginProfile;
  /** The last sign-in to the console. */
  passwordLastUsed?: Date;
  readonly accessKeys: AccessKey[];
  /** The devices that are enabled for the user. */
  readonly mfaDevices: MfaDevice[];
  readonly sshPublicKeys: OtherCredential[];
  readonly signingCertificates: OtherCredential[];
  readonly serviceSpecificCredentials: OtherCredential[];
}

export type Group = Identity;

export interface Role extends Identity {
  readonly tags: Map<string, string>;
  permissionsBoundary?: string;
  description?: string;
  maxSessionDuration: number;
  /** JSON text with the unique ids of users and roles. */
  trustPolicy: string;
  lastUsed?: Date;
}

export interface LoginProfile {
  password: string;
  passwordResetRequired: boolean;
  readonly created: Date;
  passwordChanged: Date;
}

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  status: "Active" | "Inactive";
  readonly created: Date;
  lastUsed?: { date: Date; service: string; region: string };
}

/** A credential that only has to prevent DeleteUser: an SSH key, a certificate, a service-specific credential. */
export interface OtherCredential {
  readonly id: string;
  status: "Active" | "Inactive";
  readonly created: Date;
  /** The key or certificate as uploaded; the service's name for a service-specific credential. */
  readonly content: string;
}

export interface MfaDevice {
  readonly name: string;
  /** The ARN: arn:aws:iam::ACCOUNT:mfa/NAME, or :u2f/user/USER/NAME-ID of a security key. */
  readonly serialNumber: string;
  /** The seed in the QR code, base32. Absent for a passkey or security key, which shows no codes. */
  readonly seed?: string;
  readonly created: Date;
  enabled?: { user: User; date: Date };
  /** The time step of the last code accepted; no code of this step or an earlier one is accepted again. */
  lastStep: number;
  /** The times of recent verifications, of good codes and bad ones. */
  verifications: Date[];
}

export interface ManagedPolicy {
  readonly name: string;
  readonly path: string;
  /** ANPA… */
  readonly id: string;
  readonly arn: string;
  readonly description?: string;
  readonly created: Date;
  updated: Date;
  versions: PolicyVersion[];
  defaultVersionId: string;
  versionsMade: number;
}

export interface PolicyVersion {
  readonly id: string;
  /** JSON text. */
  readonly document: string;
  readonly created: Date;
}

/** An OIDC or SAML provider, whose principals roles may trust. */
export interface IdentityProvider {
  /** For SAML the given name; for OpenID Connect the address without `https://`. */
  readonly name: string;
  readonly arn: string;
  readonly created: Date;
  /** The client ids and thumbprints of OpenID Connect; SAML has only the metadata. */
  clientIds: string[];
  thumbprints: string[];
  metadata?: string;
}

export interface InstanceProfile {
  readonly name: string;
  readonly arn: string;
  role?: Role;
}

export interface PasswordPolicy {
  minimumPasswordLength: number;
  requireSymbols: boolean;
  requireNumbers: boolean;
  requireUppercaseCharacters: boolean;
  requireLowercaseCharacters: boolean;
  allowUsersToChangePassword: boolean;
}

/** The document of the default version, which is in force. */
export function defaultDocument(policy: ManagedPolicy): string {
  const version = policy.versions.find((candidate) => candidate.id === policy.defaultVersionId);
  if (version === undefined) throw new Error(`policy ${policy.arn} has lost its default version`);
  return version.document;
}
