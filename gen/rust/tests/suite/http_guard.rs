//! The layer before a plain HTTP service.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response, StatusCode};
use secure_token_client::middleware::TokenLayer;
use secure_token_client::{Claims, SecureTokenClient};
use tonic::{Code, Status};
use tower::{Layer, Service, ServiceExt, service_fn};

use crate::refusals::{detail, detail_any, invalid_token, status};
use crate::stand_in::{Call, StandIn};

/// Tokens by name; see `stand_in::claims` for what the valid ones hold.
fn rule(call: &Call) -> Result<(), Status> {
    match call.token.as_str() {
        "bad" => Err(invalid_token()),
        "unknown-kind" => Err(status(Code::Internal, vec![detail_any(&detail(99, 99))])),
        "caller-refused" => Err(Status::unauthenticated("who are you?")),
        "internal" => Err(Status::internal("internal error")),
        _ => Ok(()),
    }
}

/// Sends a request through the layer to a service that answers with the user of the claims.
async fn send(layer: &TokenLayer, headers: &[(&str, &str)]) -> Response<String> {
    let service = service_fn(|request: Request<()>| async move {
        let claims = request.extensions().get::<Arc<Claims>>().expect("claims");
        Ok::<_, Infallible>(Response::new(claims.user_id.clone()))
    });
    let mut request = Request::builder();
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    layer
        .layer(service)
        .oneshot(request.body(()).unwrap())
        .await
        .unwrap()
}

async fn send_token(layer: &TokenLayer, token: &str) -> Response<String> {
    send(layer, &[("authorization", &format!("Bearer {token}"))]).await
}

fn challenge(response: &Response<String>) -> &str {
    response
        .headers()
        .get("www-authenticate")
        .map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_valid_token_reaches_the_service_with_its_claims() {
    let layer = TokenLayer::new(StandIn::new(rule).client().await).require("notes:read");
    let response = send_token(&layer, "reader").await;
    assert_eq!(
        (response.status(), response.body().as_str()),
        (StatusCode::OK, "user-1")
    );
}

#[tokio::test]
async fn without_a_valid_token_it_is_401_and_no_more_is_said() {
    let server = StandIn::new(rule);
    let layer = TokenLayer::new(server.client().await);
    for headers in [&[][..], &[("authorization", "Basic abc")][..]] {
        let response = send(&layer, headers).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(challenge(&response), "Bearer");
    }
    let twice = [("authorization", "Bearer a"), ("authorization", "Bearer b")];
    assert_eq!(
        send(&layer, &twice).await.status(),
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(server.calls().len(), 0, "none of these is worth a call");
    for token in ["bad", "unknown-kind"] {
        let response = send_token(&layer, token).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(challenge(&response), "Bearer error=\"invalid_token\"");
        assert_eq!(
            (response.body().as_str(), response.headers().len()),
            ("", 1)
        );
    }
}

#[tokio::test]
async fn each_required_permission_is_required() {
    let client = StandIn::new(rule).client().await;
    let both = TokenLayer::new(client.clone())
        .require("notes:read")
        .require("notes:write");
    let response = send_token(&both, "reader").await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert_eq!(challenge(&response), "Bearer error=\"insufficient_scope\"");
    assert_eq!(response.body(), "");
    assert_eq!(send_token(&both, "writer").await.status(), StatusCode::OK);
    let upper = TokenLayer::new(client).require("NOTES:READ");
    assert_eq!(
        send_token(&upper, "reader").await.status(),
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn what_cannot_be_checked_is_denied() {
    let layer = TokenLayer::new(StandIn::new(rule).client().await);
    for token in ["caller-refused", "internal", "empty"] {
        let response = send_token(&layer, token).await;
        assert_eq!(
            response.status(),
            StatusCode::SERVICE_UNAVAILABLE,
            "{token}"
        );
        assert_eq!((challenge(&response), response.body().as_str()), ("", ""));
    }
    let nowhere = SecureTokenClient::builder("http://127.0.0.1:1")
        .build()
        .unwrap();
    let response = send_token(&TokenLayer::new(nowhere), "reader").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn nothing_is_cached_unless_asked_for() {
    let server = StandIn::new(rule);
    let layer = TokenLayer::new(server.client().await);
    for _ in 0..3 {
        send_token(&layer, "reader").await;
    }
    assert_eq!(server.calls().len(), 3);
}

#[tokio::test]
async fn a_cached_answer_spares_calls_until_the_token_ends() {
    let server = StandIn::new(rule);
    let layer = TokenLayer::new(server.client().await).cache(Duration::from_secs(30), 10);
    let write = layer.clone().require("notes:write");
    for _ in 0..3 {
        assert_eq!(send_token(&layer, "reader").await.status(), StatusCode::OK);
        // The clone shares the answers, not the requirements.
        assert_eq!(
            send_token(&write, "reader").await.status(),
            StatusCode::FORBIDDEN
        );
    }
    assert_eq!(server.calls().len(), 1);
    send_token(&layer, "short").await;
    tokio::time::sleep(Duration::from_millis(150)).await;
    send_token(&layer, "short").await;
    assert_eq!(server.calls().len(), 3);
    for _ in 0..2 {
        assert_eq!(
            send_token(&layer, "bad").await.status(),
            StatusCode::UNAUTHORIZED
        );
    }
    assert_eq!(server.calls().len(), 5, "a refusal is asked for anew");
}

#[tokio::test]
async fn the_service_that_was_ready_is_the_one_that_is_called() {
    /// Panics, as tower allows, when it is called before it was asked whether it is ready.
    #[derive(Default)]
    struct Strict(bool);
    impl Clone for Strict {
        fn clone(&self) -> Self {
            Self(false)
        }
    }
    impl Service<Request<()>> for Strict {
        type Response = Response<String>;
        type Error = Infallible;
        type Future = std::future::Ready<Result<Response<String>, Infallible>>;
        fn poll_ready(
            &mut self,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Result<(), Infallible>> {
            self.0 = true;
            std::task::Poll::Ready(Ok(()))
        }
        fn call(&mut self, _: Request<()>) -> Self::Future {
            assert!(self.0, "not ready");
            std::future::ready(Ok(Response::default()))
        }
    }
    let layer = TokenLayer::new(StandIn::new(rule).client().await);
    let request = Request::builder()
        .header("authorization", "Bearer reader")
        .body(())
        .unwrap();
    let response = layer
        .layer(Strict::default())
        .oneshot(request)
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}
