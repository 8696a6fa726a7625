//! The notes of each user, in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use secure_token_client::Claims;
use secure_token_client::middleware::TokenLayer;

type Notes = Arc<Mutex<HashMap<String, Vec<String>>>>;

/// The routes, each behind the permission that it needs. `/healthz` needs none.
pub fn routes(valid_token: TokenLayer) -> Router {
    let may_read = valid_token.clone().require("notes:read");
    let may_write = valid_token.require("notes:write");
    Router::new()
        .route("/notes", get(list).route_layer(may_read))
        .route("/notes", post(add).route_layer(may_write))
        .route("/healthz", get(|| async { "ok" }))
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::body::Body;
    use axum::http::{Method, Request};
    use secure_token_client::SecureTokenClient;
    use tower::ServiceExt;

    use super::*;

    async fn status(method: Method, path: &str, token: Option<&str>) -> StatusCode {
        // Nobody listens there: every token is one that cannot be checked.
        let client = SecureTokenClient::builder("http://127.0.0.1:1")
            .default_deadline(Duration::from_millis(200))
            .build()
            .unwrap();
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Body::empty()).unwrap();
        routes(TokenLayer::new(client))
            .oneshot(request)
            .await
            .unwrap()
            .status()
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
}
