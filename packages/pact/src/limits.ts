// Every bound of an agreement (spec/agreement.md). Sizes in bytes.

export const LIMITS = {
  agreementBytes: 32_768,
  yamlBytes: 131_072,
  invitationBytes: 4_194_304,
  parties: 32,
  neutrals: 16,
  witnesses: 16,
  /** Characters of a verifier key: type 06 has 1,312 bytes in base64, and a name before it. */
  verifierKeyChars: 2_304,
  channels: 64,
  clauses: 256,
  titleChars: 200,
  clauseChars: 8_000,
  intervalSecondsMax: 86_400,
  partBytesMax: 67_108_864,
  partsMax: 16,
} as const
