//! Response messages as results. In protobuf an absent field reads as a default, so an answer that
//! lacks what every answer holds (an empty body from some proxy) is an error, never a result.

use prost_types::Struct;
use serde_json::{Map, Value};
use tonic::Status;

use crate::details::from_answer;
use crate::error::Error;
use crate::json;
use crate::proto::securetoken::v1 as pb;
use crate::proto::securetoken::v1::batch_validate_tokens_result::Result as BatchResult;
use crate::results::{
    Claims, Introspection, IssuedToken, KeyInfo, KeyState, ServerConfig, TokenInfo, TokenState,
};
use crate::time::{from_duration, from_timestamp};

/// A new token. A refreshed one is first brought into this shape, with its exact JSON.
pub(crate) fn issued(
    message: pb::GenerateTokenResponse,
    exact_json: &str,
) -> Result<IssuedToken, Error> {
    if message.token.is_empty() {
        return Err(malformed("lacks token"));
    }
    Ok(IssuedToken {
        token: message.token,
        token_id: message.token_id,
        user_id: message.user_id,
        permissions: message.permissions,
        issued_at: required(from_timestamp(message.issued_at), "lacks issued_at")?,
        expires_at: required(from_timestamp(message.expires_at), "lacks expires_at")?,
        additional_data: additional_data(message.additional_data, exact_json)?,
        session_id: message.session_id,
        key_id: message.key_id,
        audiences: message.audiences,
        clamped: false,
    })
}

/// A renewed token.
pub(crate) fn refreshed(message: pb::RefreshTokenResponse) -> Result<IssuedToken, Error> {
    let (exact_json, clamped) = (message.additional_data_json, message.clamped);
    let message = pb::GenerateTokenResponse {
        token: message.token,
        token_id: message.token_id,
        user_id: message.user_id,
        permissions: message.permissions,
        issued_at: message.issued_at,
        expires_at: message.expires_at,
        additional_data: message.additional_data,
        session_id: message.session_id,
        key_id: message.key_id,
        audiences: message.audiences,
    };
    Ok(IssuedToken {
        clamped,
        ..issued(message, &exact_json)?
    })
}

/// A valid token's claims.
pub(crate) fn valid(message: pb::ValidateTokenResponse) -> Result<Claims, Error> {
    confirmed(message.valid, "lacks valid")?;
    claims(pb::TokenClaims {
        token_id: message.token_id,
        user_id: message.user_id,
        permissions: message.permissions,
        issued_at: message.issued_at,
        expires_at: message.expires_at,
        time_remaining: message.time_remaining,
        additional_data: message.additional_data,
        additional_data_json: message.additional_data_json,
        session_id: message.session_id,
        key_id: message.key_id,
        session_started_at: message.session_started_at,
        audiences: message.audiences,
        checked_audience: message.checked_audience,
    })
}

/// All that is known of a valid token.
pub(crate) fn info(message: pb::GetTokenInfoResponse) -> Result<TokenInfo, Error> {
    confirmed(message.valid, "lacks valid")?;
    confirmed(!message.is_revoked, "calls a revoked token valid")?;
    Ok(TokenInfo {
        created_at: required(from_timestamp(message.created_at), "lacks created_at")?,
        is_revoked: false,
        session_started_at: required(
            from_timestamp(message.session_started_at),
            "lacks session_started_at",
        )?,
        claims: claims(pb::TokenClaims {
            token_id: message.token_id,
            user_id: message.user_id,
            permissions: message.permissions,
            issued_at: message.issued_at,
            expires_at: message.expires_at,
            time_remaining: message.time_remaining,
            additional_data: message.additional_data,
            additional_data_json: message.additional_data_json,
            session_id: message.session_id,
            key_id: message.key_id,
            session_started_at: message.session_started_at,
            audiences: message.audiences,
            checked_audience: String::new(),
        })?,
    })
}

/// A token's state. One that this crate does not know must pass for none of those it knows.
pub(crate) fn introspection(message: pb::IntrospectTokenResponse) -> Result<Introspection, Error> {
    let state = match message.state() {
        pb::TokenState::Active => TokenState::Active,
        pb::TokenState::Expired => TokenState::Expired,
        pb::TokenState::Revoked => TokenState::Revoked,
        pb::TokenState::Invalid => {
            return Ok(Introspection {
                state: TokenState::Invalid,
                claims: None,
                key_id: None,
            });
        }
        pb::TokenState::Unspecified => return Err(malformed("holds an unknown token state")),
    };
    let found = claims(required(message.claims, "lacks claims")?)?;
    Ok(Introspection {
        state,
        claims: Some(found),
        key_id: Some(message.key_id),
    })
}

/// The answer for one token of a batch. A status that is no fact about the token makes the call
/// fail: the caller must not take it for one.
pub(crate) fn batch_result(
    message: pb::BatchValidateTokensResult,
    audience: &str,
) -> Result<Result<Claims, Error>, Error> {
    match required(message.result, "holds neither claims nor error for a token")? {
        BatchResult::Claims(found) => {
            checked(audience, &found.checked_audience)?;
            claims(found).map(Ok)
        }
        BatchResult::Error(status) => {
            let error = from_answer(status);
            if error.is_token_error() {
                Ok(Err(error))
            } else {
                Err(error)
            }
        }
    }
}

/// How the server makes tokens.
pub(crate) fn server_config(message: pb::ExportConfigResponse) -> Result<ServerConfig, Error> {
    let keys = message.keys.into_iter().map(|key| KeyInfo {
        state: match key.state() {
            pb::KeyState::Staged => KeyState::Staged,
            pb::KeyState::Primary => KeyState::Primary,
            pb::KeyState::Secondary => KeyState::Secondary,
            pb::KeyState::Unspecified => KeyState::Unspecified,
        },
        key_id: key.key_id,
    });
    Ok(ServerConfig {
        algorithm: message.algorithm,
        version: message.version,
        iterations: message.iterations,
        salt: message.salt,
        default_expires_in: required(
            from_duration(message.default_expires_in),
            "lacks default_expires_in",
        )?,
        keys: keys.collect(),
        server_version: message.server_version,
        caller: message.caller,
        caller_rpcs: message.caller_rpcs,
    })
}

/// Nothing, if the answer says that the audience was checked; empty for none. A server that is too old to know
/// of audiences passes over the question: its answer must not pass for a yes.
pub(crate) fn checked(asked: &str, told: &str) -> Result<(), Error> {
    confirmed(asked == told, "does not say that the audience was checked")
}

/// Nothing, if the answer confirms it.
pub(crate) fn confirmed(fact: bool, otherwise: &str) -> Result<(), Error> {
    if fact {
        Ok(())
    } else {
        Err(malformed(otherwise))
    }
}

fn claims(message: pb::TokenClaims) -> Result<Claims, Error> {
    let issued_at = required(from_timestamp(message.issued_at), "lacks issued_at")?;
    Ok(Claims {
        token_id: message.token_id,
        user_id: message.user_id,
        permissions: message.permissions,
        issued_at,
        session_started_at: from_timestamp(message.session_started_at).unwrap_or(issued_at),
        expires_at: required(from_timestamp(message.expires_at), "lacks expires_at")?,
        time_remaining: required(
            from_duration(message.time_remaining),
            "lacks time_remaining",
        )?,
        additional_data: additional_data(message.additional_data, &message.additional_data_json)?,
        session_id: message.session_id,
        key_id: message.key_id,
        audiences: message.audiences,
        checked_audience: Some(message.checked_audience).filter(|it| !it.is_empty()),
    })
}

fn additional_data(data: Option<Struct>, exact_json: &str) -> Result<Map<String, Value>, Error> {
    if exact_json.is_empty() {
        return Ok(data.map(json::from_struct).unwrap_or_default());
    }
    required(
        serde_json::from_str(exact_json).ok(),
        "holds an additional_data_json of no object",
    )
}

/// The value, if the answer holds it.
pub(crate) fn required<T>(value: Option<T>, otherwise: &str) -> Result<T, Error> {
    value.ok_or_else(|| malformed(otherwise))
}

fn malformed(fault: &str) -> Error {
    Error::Rpc(Status::internal(format!("the server's answer {fault}")))
}
