//! Requests of the corpus as calls of the client.

use std::time::{Duration, SystemTime};

use prost_types::Timestamp;
use secure_token_client::{
    Error, NewToken, RefreshOptions, RevocationFilter, RevocationTarget, SecureTokenClient,
};
use serde_json::{Value, json};

use crate::spelling;

/// Makes the call that an RPC's request stands for, and spells its result.
pub async fn call(client: &SecureTokenClient, rpc: &str, request: &Value) -> Result<Value, Error> {
    let token = text(request, "token");
    let client = &for_audience(client, request);
    Ok(match rpc {
        "GenerateToken" => spelling::issued(&client.generate_token(new_token(request)).await?),
        "ValidateToken" => {
            let mut result = spelling::claims(&client.validate_token(token).await?);
            result["valid"] = true.into();
            result
        }
        "CheckPermission" => {
            client
                .check_permission(token, text(request, "requiredPermission"))
                .await?;
            json!({"granted": true})
        }
        "CheckPermissions" => {
            let results = client
                .check_permissions(token, texts(request, "permissions"))
                .await?;
            let results = results
                .iter()
                .map(|result| json!({"permission": result.permission, "granted": result.granted}));
            json!({"results": results.collect::<Vec<_>>()})
        }
        "BatchValidateTokens" => {
            let results = client
                .batch_validate_tokens(texts(request, "tokens"))
                .await?;
            let results = results.iter().map(|result| match result {
                Ok(claims) => json!({"claims": spelling::claims(claims)}),
                Err(error) => json!({"error": spelling::error(error)}),
            });
            json!({"results": results.collect::<Vec<_>>()})
        }
        "RefreshToken" => spelling::issued(
            &client
                .refresh_token(token, refresh_options(request))
                .await?,
        ),
        "GetTokenInfo" => spelling::info(&client.get_token_info(token).await?),
        "IntrospectToken" => spelling::introspection(&client.introspect_token(token).await?),
        "RevokeTokens" => {
            let targets = request["targets"].as_array().into_iter().flatten();
            let outcomes = client
                .revoke_tokens(targets.map(target), &text(request, "reason"))
                .await?;
            spelling::outcomes(&outcomes)
        }
        "ListRevocations" => {
            let filter = RevocationFilter {
                user_id: text(request, "userId"),
                token_id: text(request, "tokenId"),
                page_size: request["pageSize"].as_i64().unwrap_or_default() as i32,
                page_token: text(request, "pageToken"),
            };
            spelling::page(&client.list_revocations(filter).await?)
        }
        "ExportConfig" => spelling::config(&client.export_config().await?),
        _ => panic!("no RPC is named {rpc}"),
    })
}

fn target(target: &Value) -> RevocationTarget {
    let instant = |value: &Value| {
        let parsed: Option<Timestamp> = value.as_str()?.parse().ok();
        SystemTime::try_from(parsed?).ok()
    };
    if let Some(token) = target["token"].as_str() {
        return RevocationTarget::token(token);
    }
    if let Some(session_id) = target["sessionId"].as_str() {
        return RevocationTarget::session(session_id);
    }
    if target["tokenId"].is_object() {
        let named = &target["tokenId"];
        return RevocationTarget::token_id(text(named, "tokenId"), instant(&named["expiresAt"]));
    }
    if target["user"].is_object() {
        let named = &target["user"];
        return RevocationTarget::user(text(named, "userId"), instant(&named["issuedBefore"]));
    }
    let end = instant(&target["everythingIssuedBefore"]);
    RevocationTarget::everything(end.unwrap_or(SystemTime::UNIX_EPOCH))
}

fn for_audience(client: &SecureTokenClient, request: &Value) -> SecureTokenClient {
    match request["audience"].as_str() {
        Some(audience) => client
            .with_audience(audience)
            .expect("the corpus asks for no empty audience"),
        None => client.clone(),
    }
}

fn new_token(request: &Value) -> NewToken {
    let mut new =
        NewToken::for_user(text(request, "userId")).permissions(texts(request, "permissions"));
    new = new.audiences(texts(request, "audiences"));
    if let Some(data) = request["additionalData"].as_object() {
        new = new.additional_data(data.clone());
    }
    match lifetime(request, "expiresIn") {
        None => new,
        Some(Ok(duration)) => new.expires_in(duration),
        Some(Err(hours)) => new.expires_in_hours(hours),
    }
}

fn refresh_options(request: &Value) -> RefreshOptions {
    let mut options = RefreshOptions::new();
    if request["revokeOld"] == true {
        options = options.revoke_old();
    }
    match lifetime(request, "newExpiresIn") {
        None => options,
        Some(Ok(duration)) => options.expires_in(duration),
        Some(Err(hours)) => options.expires_in_hours(hours),
    }
}

/// protojson's `3600.5s`. Rust's own durations cannot be negative: such a one is given in hours.
fn lifetime(request: &Value, name: &str) -> Option<Result<Duration, f64>> {
    let number = request[name].as_str()?.strip_suffix('s')?;
    if let Some(magnitude) = number.strip_prefix('-') {
        return Some(Err(-magnitude.parse::<f64>().ok()? / 3600.0));
    }
    let (seconds, fraction) = number.split_once('.').unwrap_or((number, ""));
    let nanos = format!("{fraction:0<9}").parse().ok()?;
    Some(Ok(Duration::new(seconds.parse().ok()?, nanos)))
}

fn text(request: &Value, name: &str) -> String {
    request[name].as_str().unwrap_or_default().to_owned()
}

fn texts(request: &Value, name: &str) -> Vec<String> {
    let items = request[name].as_array().into_iter().flatten();
    items
        .map(|item| item.as_str().unwrap_or_default().to_owned())
        .collect()
}
