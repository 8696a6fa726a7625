package securetoken

// Reason is which rule was broken: the name of an ErrorReason of error.proto, without its prefix. A
// newer server may send names that are not among these constants.
type Reason string

// The reasons that this client knows.
const (
	// ReasonUnspecified: the server told none.
	ReasonUnspecified Reason = "UNSPECIFIED"
	// ReasonTokenExpired: now is past the token's expiry.
	ReasonTokenExpired Reason = "TOKEN_EXPIRED"
	// ReasonTokenEmpty: the token is empty or blank.
	ReasonTokenEmpty Reason = "TOKEN_EMPTY"
	// ReasonTokenMalformed: the token is not authentic. What is wrong with it is never told.
	ReasonTokenMalformed Reason = "TOKEN_MALFORMED"
	// ReasonClaimMissing: an authentic token lacks the claim that Metadata["claim"] names.
	ReasonClaimMissing Reason = "CLAIM_MISSING"
	// ReasonTokenRevoked: the token was revoked.
	ReasonTokenRevoked Reason = "TOKEN_REVOKED"
	// ReasonPermissionNotGranted: the token lacks the required permission.
	ReasonPermissionNotGranted Reason = "PERMISSION_NOT_GRANTED"
	// ReasonUserIDInvalid: user_id is not 1 to 256 code points without control characters.
	ReasonUserIDInvalid Reason = "USER_ID_INVALID"
	// ReasonPermissionInvalid: a permission is not 2 to 30 printable code points.
	ReasonPermissionInvalid Reason = "PERMISSION_INVALID"
	// ReasonTooManyPermissions: more permissions than the request may name.
	ReasonTooManyPermissions Reason = "TOO_MANY_PERMISSIONS"
	// ReasonExpiresInOutOfRange: a lifetime is not above 0 and at most 8760 hours.
	ReasonExpiresInOutOfRange Reason = "EXPIRES_IN_OUT_OF_RANGE"
	// ReasonAdditionalDataInvalid: additional data is too large, too deep, or not JSON.
	ReasonAdditionalDataInvalid Reason = "ADDITIONAL_DATA_INVALID"
	// ReasonTokenTooLarge: the token asked for would exceed 8,192 characters.
	ReasonTokenTooLarge Reason = "TOKEN_TOO_LARGE"
	// ReasonTooManyTokens: more than 1,000 tokens in one batch.
	ReasonTooManyTokens Reason = "TOO_MANY_TOKENS"
	// ReasonRequiredPermissionInvalid: a required permission exceeds 128 code points or is not text.
	ReasonRequiredPermissionInvalid Reason = "REQUIRED_PERMISSION_INVALID"
	// ReasonRevocationNotEnabled: RevokeOld was asked of a server that keeps no revocations.
	ReasonRevocationNotEnabled Reason = "REVOCATION_NOT_ENABLED"
	// ReasonSettingInvalid: a setting breaks its rule. No RPC sends it.
	ReasonSettingInvalid Reason = "SETTING_INVALID"
	// ReasonSessionEnded: the session has reached its maximum, and its tokens are refreshed no more.
	ReasonSessionEnded Reason = "SESSION_ENDED"
	// ReasonRevocationInvalid: a target or the reason of RevokeTokens, or a filter or page of
	// ListRevocations, breaks its rule.
	ReasonRevocationInvalid Reason = "REVOCATION_INVALID"
	// ReasonTooManyTargets: more than 1,000 targets in one revocation.
	ReasonTooManyTargets Reason = "TOO_MANY_TARGETS"
	// ReasonAudienceMismatch: the token is valid, and not meant for the required audience.
	ReasonAudienceMismatch Reason = "AUDIENCE_MISMATCH"
	// ReasonAudienceInvalid: an audience is not 1 to 256 code points without control characters, or stands
	// twice.
	ReasonAudienceInvalid Reason = "AUDIENCE_INVALID"
	// ReasonTooManyAudiences: more than 16 audiences.
	ReasonTooManyAudiences Reason = "TOO_MANY_AUDIENCES"
)
