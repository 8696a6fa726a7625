//! The notes of each user, in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use secure_token_client::Claims;
use secure_token_client::middleware::TokenLayer;
use secure_token_client::watch::{WatchStats, WatchedVerifier};
use serde_json::{Value, json};

type Notes = Arc<Mutex<HashMap<String, Vec<String>>>>;

/// The routes, each behind the permission that it needs. `/healthz` needs none, nor does `/verifier`, which
/// tells what the verifier has done.
pub fn routes(valid_token: TokenLayer, verifier: WatchedVerifier) -> Router {
    let may_read = valid_token.clone().require("notes:read");
    let may_write = valid_token.require("notes:write");
    Router::new()
        .route("/notes", get(list).route_layer(may_read))
        .route("/notes", post(add).route_layer(may_write))
        .route("/healthz", get(|| async { "ok" }))
        .route(
            "/verifier",
            get(async move || Json(report(&verifier.stats()))),
        )
        .with_state(Notes::default())
}

async fn list(
    Extension(claims): Extension<Arc<Claims>>,
    State(notes): State<Notes>,
) -> Json<Vec<String>> {
    let notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
    Json(notes.get(&claims.user_id).cloned().unwrap_or_default())
}

async fn add(
    Extension(claims): Extension<Arc<Claims>>,
    State(notes): State<Notes>,
    Json(text): Json<String>,
) -> StatusCode {
    let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
    notes.entry(claims.user_id.clone()).or_default().push(text);
    StatusCode::CREATED
}

/// How many requests needed no call, and how old the verifier's knowledge is, in milliseconds.
fn report(stats: &WatchStats) -> Value {
    json!({
        "hits": stats.hits,
        "misses": stats.misses,
        "stalenessMs": stats.staleness.map(|it| it.as_secs_f64() * 1000.0),
        "revocations": stats.revocations,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::body::{Body, to_bytes};
    use axum::http::{Method, Request};
    use secure_token_client::SecureTokenClient;
    use tower::ServiceExt;

    use super::*;

    /// The service over a token service that is away: every token is one that cannot be checked.
    fn service() -> Router {
        let client = SecureTokenClient::builder("http://127.0.0.1:1")
            .default_deadline(Duration::from_millis(200))
            .build()
            .unwrap();
        let verifier = WatchedVerifier::new(client.clone());
        routes(TokenLayer::new(client).watch_by(verifier.clone()), verifier)
    }

    async fn status(method: Method, path: &str, token: Option<&str>) -> StatusCode {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Body::empty()).unwrap();
        service().oneshot(request).await.unwrap().status()
    }

    #[tokio::test]
    async fn every_route_but_health_is_guarded() {
        for method in [Method::GET, Method::POST] {
            assert_eq!(
                status(method.clone(), "/notes", None).await,
                StatusCode::UNAUTHORIZED
            );
            let unchecked = status(method, "/notes", Some("token")).await;
            assert_eq!(unchecked, StatusCode::SERVICE_UNAVAILABLE);
        }
        assert_eq!(status(Method::GET, "/healthz", None).await, StatusCode::OK);
    }

    #[tokio::test]
    async fn the_verifier_reports_without_a_token() {
        let request = Request::get("/verifier").body(Body::empty()).unwrap();
        let response = service().oneshot(request).await.unwrap();
        let body = to_bytes(response.into_body(), 1 << 10).await.unwrap();
        let report: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            report,
            json!({"hits": 0, "misses": 0, "stalenessMs": null, "revocations": 0})
        );
    }
}
