//! Results and errors as the corpus spells them.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use prost_types::Timestamp;
use secure_token_client::{
    Claims, Error, Introspection, IssuedToken, KeyState, RevocationOutcome, RevocationPage,
    RevokedTarget, ServerConfig, TokenInfo, TokenState,
};
use serde_json::{Value, json};

/// The name of an error's status code.
pub fn code(error: &Error) -> String {
    upper_snake(&format!("{:?}", error.code()))
}

/// One of the four kinds with its facts; any other error with its code alone.
pub fn error(error: &Error) -> Value {
    let code = code(error);
    let Some(facts) = error.facts() else {
        return json!({"kind": "RPC", "code": code});
    };
    let mut spelled = json!({
        "kind": error.kind(),
        "code": code,
        "reason": facts.reason,
        "field": facts.field,
        "message": facts.message,
        "metadata": facts.metadata,
    });
    match error {
        Error::TokenExpired { expired_at, .. } => {
            spelled["expiredAt"] = expired_at.map(instant).into();
        }
        Error::PermissionDenied {
            required_permission,
            ..
        } => {
            spelled["requiredPermission"] = required_permission.as_str().into();
        }
        _ => {}
    }
    spelled
}

/// A new token.
pub fn issued(issued: &IssuedToken) -> Value {
    let mut described = json!({
        "token": issued.token,
        "tokenId": issued.token_id,
        "userId": issued.user_id,
        "permissions": issued.permissions,
        "issuedAt": instant(issued.issued_at),
        "expiresAt": instant(issued.expires_at),
        "additionalData": issued.additional_data,
        "sessionId": issued.session_id,
        "keyId": issued.key_id,
        "audiences": issued.audiences,
    });
    if issued.clamped {
        described["clamped"] = Value::Bool(true);
    }
    described
}

/// A token's claims.
pub fn claims(claims: &Claims) -> Value {
    let mut described = json!({
        "tokenId": claims.token_id,
        "userId": claims.user_id,
        "permissions": claims.permissions,
        "issuedAt": instant(claims.issued_at),
        "expiresAt": instant(claims.expires_at),
        "timeRemaining": duration(claims.time_remaining),
        "timeRemainingText": claims.time_remaining_text(),
        "additionalData": claims.additional_data,
        "sessionId": claims.session_id,
        "keyId": claims.key_id,
        "sessionStartedAt": instant(claims.session_started_at),
        "audiences": claims.audiences,
    });
    if let Some(audience) = &claims.checked_audience {
        described["checkedAudience"] = audience.as_str().into();
    }
    described
}

/// All that is known of a valid token.
pub fn info(info: &TokenInfo) -> Value {
    let mut spelled = claims(&info.claims);
    spelled["valid"] = true.into();
    spelled["createdAt"] = instant(info.created_at).into();
    spelled["isRevoked"] = info.is_revoked.into();
    spelled["sessionStartedAt"] = instant(info.session_started_at).into();
    spelled
}

/// A token's state.
pub fn introspection(introspection: &Introspection) -> Value {
    let state = match introspection.state {
        TokenState::Active => "TOKEN_STATE_ACTIVE",
        TokenState::Expired => "TOKEN_STATE_EXPIRED",
        TokenState::Revoked => "TOKEN_STATE_REVOKED",
        TokenState::Invalid => "TOKEN_STATE_INVALID",
    };
    let mut spelled = json!({"state": state});
    if let Some(found) = &introspection.claims {
        spelled["claims"] = claims(found);
    }
    if let Some(key_id) = &introspection.key_id {
        spelled["keyId"] = key_id.as_str().into();
    }
    spelled
}

/// How the server makes tokens.
pub fn config(config: &ServerConfig) -> Value {
    let keys = config.keys.iter().map(|key| {
        let state = match key.state {
            KeyState::Staged => "KEY_STATE_STAGED",
            KeyState::Primary => "KEY_STATE_PRIMARY",
            KeyState::Secondary => "KEY_STATE_SECONDARY",
            _ => "KEY_STATE_UNSPECIFIED",
        };
        json!({"keyId": key.key_id, "state": state})
    });
    json!({
        "algorithm": config.algorithm,
        "version": config.version,
        "iterations": config.iterations,
        "salt": BASE64_STANDARD.encode(&config.salt),
        "defaultExpiresIn": duration(config.default_expires_in),
        "serverVersion": config.server_version,
        "caller": config.caller,
        "callerRpcs": config.caller_rpcs,
        "keys": keys.collect::<Vec<_>>(),
    })
}

/// What became of each target.
pub fn outcomes(outcomes: &[RevocationOutcome]) -> Value {
    let results = outcomes.iter().map(|outcome| {
        let name = upper_snake(&format!("{outcome:?}"));
        json!({"outcome": format!("REVOCATION_OUTCOME_{name}")})
    });
    json!({"results": results.collect::<Vec<_>>()})
}

/// A page of revocations.
pub fn page(page: &RevocationPage) -> Value {
    let entries = page.revocations.iter().map(|entry| {
        let mut spelled = match &entry.target {
            RevokedTarget::TokenId(token_id) => json!({"tokenId": token_id}),
            RevokedTarget::SessionId(session_id) => json!({"sessionId": session_id}),
            RevokedTarget::UserIdSha256(digest) => {
                json!({"userIdSha256": BASE64_STANDARD.encode(digest)})
            }
            _ => json!({"everything": true}),
        };
        if let Some(end) = entry.issued_before {
            spelled["issuedBefore"] = instant(end).into();
        }
        spelled["expiresAt"] = instant(entry.expires_at).into();
        spelled["revokedAt"] = instant(entry.revoked_at).into();
        spelled["reason"] = entry.reason.as_str().into();
        spelled
    });
    json!({"revocations": entries.collect::<Vec<_>>(), "nextPageToken": page.next_page_token})
}

fn instant(instant: SystemTime) -> String {
    Timestamp::from(instant).to_string()
}

fn duration(duration: Duration) -> String {
    format!("{}.{:09}s", duration.as_secs(), duration.subsec_nanos())
}

/// `DEADLINE_EXCEEDED` for `DeadlineExceeded`. A successful status is never an error's.
fn upper_snake(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}
