//! Servers behind the crate's layer.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue};
use axum::{Extension, Router};
use secure_token_client::middleware::{Requirement, TokenLayer};
use secure_token_client::{Claims, SecureTokenClient};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Answers by the text of a guard and its connection.
#[derive(Default)]
pub struct Guards(HashMap<String, Value>);

impl Guards {
    /// Where the guard's server listens, which starts when the guard is first named; or that its
    /// policy is refused.
    pub async fn serve(
        &mut self,
        client: SecureTokenClient,
        request: &Value,
    ) -> Result<Value, Box<dyn Error>> {
        let key = json!([request["guard"], request["connection"]]).to_string();
        if let Some(known) = self.0.get(&key) {
            return Ok(known.clone());
        }
        let answer = match protect(client, &request["guard"]["policy"]) {
            None => json!({"ok": false, "error": {"kind": "POLICY"}}),
            Some(layer) => {
                let listener = TcpListener::bind("127.0.0.1:0").await?;
                let address = listener.local_addr()?.to_string();
                let app = Router::new().fallback(tell_user).layer(layer);
                tokio::spawn(async move { axum::serve(listener, app).await });
                json!({"ok": true, "result": {"address": address}})
            }
        };
        self.0.insert(key, answer.clone());
        Ok(answer)
    }
}

async fn tell_user(claims: Option<Extension<Arc<Claims>>>) -> HeaderMap {
    let user = claims.and_then(|claims| HeaderValue::from_str(&claims.user_id).ok());
    user.into_iter()
        .map(|user| ("x-user".parse().expect("a header's name"), user))
        .collect()
}

/// `None` for a policy that the crate refuses, or that no Rust can express.
fn protect(client: SecureTokenClient, policy: &Value) -> Option<TokenLayer> {
    let rules = policy.as_object()?.iter();
    let rules: Option<Vec<_>> = rules
        .map(|(rule, value)| Some((rule.clone(), requirement(value)?)))
        .collect();
    TokenLayer::new(client).routes(rules?).ok()
}

fn requirement(value: &Value) -> Option<Requirement> {
    let texts = |list: &Value| -> Option<Vec<String>> {
        let texts = list.as_array()?.iter().map(|it| it.as_str());
        texts.map(|it| it.map(str::to_owned)).collect()
    };
    match value.as_str() {
        Some("anyValidToken") => Some(Requirement::any_valid_token()),
        Some("optional") => Some(Requirement::optional()),
        Some("open") => Some(Requirement::open()),
        _ => match texts(&value["allOf"]) {
            Some(permissions) => Some(Requirement::all_of(permissions)),
            None => texts(&value["anyOf"]).map(Requirement::any_of),
        },
    }
}
