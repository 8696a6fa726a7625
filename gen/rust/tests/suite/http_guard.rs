//! The layer before a plain HTTP service.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt;
use secure_token_client::middleware::{GuardBody, Requirement, TokenLayer, UserToken};
use secure_token_client::testing::TokenServiceStandIn;
use secure_token_client::watch::WatchOptions;
use secure_token_client::{Claims, NewToken, SecureTokenClient};
use tonic::{Code, Status};
use tower::{Layer, Service, ServiceExt, service_fn};

use crate::refusals::{detail, detail_any, invalid_token, status};
use crate::stand_in::{Call, StandIn};
use crate::watch::{self, eventually, until_vouching};

/// Tokens by name; see `stand_in::claims` for what the valid ones hold.
fn rule(call: &Call) -> Result<(), Status> {
    match call.token.as_str() {
        "bad" => Err(invalid_token()),
        "expired" => Err(status(
            Code::Unauthenticated,
            vec![detail_any(&detail(2, 1))],
        )),
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
        .map(|response| response.map(text))
        .unwrap()
}

fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("not at once"),
    }
}

/// A body that is there at once.
fn text(body: GuardBody<String>) -> String {
    let whole = now(body.collect()).unwrap();
    String::from_utf8(whole.to_bytes().to_vec()).unwrap()
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
            response.body(),
            r#"{"error":"invalid_token","reason":"TOKEN_INVALID","message":"the bearer token is not valid"}"#
        );
        assert_eq!(response.headers()["cache-control"], "no-store");
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
    assert_eq!(
        challenge(&response),
        "Bearer error=\"insufficient_scope\", scope=\"notes:read notes:write\""
    );
    assert!(response.body().contains("PERMISSION_MISSING"));
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
        assert_eq!(challenge(&response), "");
        assert_eq!(response.headers()["retry-after"], "1");
        assert!(response.body().contains("UNAVAILABLE"));
    }
    let nowhere = SecureTokenClient::builder("http://127.0.0.1:1")
        .default_deadline(Duration::from_millis(300))
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

#[tokio::test]
async fn an_expired_token_is_told_apart() {
    let layer = TokenLayer::new(StandIn::new(rule).client().await);
    let response = send_token(&layer, "expired").await;
    assert!(challenge(&response).contains("the token has expired"));
    assert!(response.body().contains("TOKEN_EXPIRED"));
}

#[tokio::test]
async fn faults_are_told_to_the_hook_and_to_nobody_else() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&told);
    let layer = TokenLayer::new(StandIn::new(rule).client().await)
        .on_fault(move |fault| notes.lock().unwrap().push(fault.to_string()));
    let response = send_token(&layer, "caller-refused").await;
    assert!(!response.body().contains("who are you"));
    let routes = layer.routes([("GET /notes", Requirement::open())]).unwrap();
    assert_eq!(
        send_token(&routes, "reader").await.status(),
        StatusCode::FORBIDDEN
    );
    let told = told.lock().unwrap();
    assert!(told[0].contains("who are you?"), "{told:?}");
    assert!(told[1].contains("no rule names"), "{told:?}");
    assert_eq!(told.len(), 2);
}

#[tokio::test]
async fn a_writer_of_the_programs_own_answers_unless_it_panics() {
    let layer = TokenLayer::new(StandIn::new(rule).client().await);
    let own = layer.clone().on_refusal(|refusal, request| {
        let text = format!("{:?} {}", refusal.reason, request.method);
        let mut response = Response::new(Bytes::from(text));
        *response.status_mut() = StatusCode::IM_A_TEAPOT;
        response
    });
    let response = send_token(&own, "bad").await;
    assert_eq!(response.status(), StatusCode::IM_A_TEAPOT);
    assert_eq!(response.body(), "TokenInvalid GET");
    let broken = layer.on_refusal(|_, _| panic!("a bug"));
    assert_eq!(
        send_token(&broken, "bad").await.status(),
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_token_may_come_from_elsewhere() {
    let layer = TokenLayer::new(StandIn::new(rule).client().await).token_from(|headers| {
        let value = headers.get("x-session")?.to_str().ok()?;
        Some(value.to_owned())
    });
    assert_eq!(
        send(&layer, &[("x-session", "reader")]).await.status(),
        StatusCode::OK
    );
    for headers in [
        ("authorization", "Bearer reader"),
        ("x-session", "no token"),
    ] {
        assert_eq!(
            send(&layer, &[headers]).await.status(),
            StatusCode::UNAUTHORIZED
        );
    }
}

#[tokio::test]
async fn concurrent_checks_of_one_token_are_one_call() {
    let server = StandIn::new(|_| {
        std::thread::sleep(Duration::from_millis(100));
        Ok(())
    });
    let layer = TokenLayer::new(server.client().await);
    let requests = (0..20).map(|_| {
        let layer = layer.clone();
        tokio::spawn(async move { send_token(&layer, "reader").await.status() })
    });
    let requests: Vec<_> = requests.collect();
    requests[0].abort(); // whoever began the call does not end it for the others
    for request in requests.into_iter().skip(1) {
        assert_eq!(request.await.unwrap(), StatusCode::OK);
    }
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn policies_that_cannot_be_meant_are_refused() {
    let layer = TokenLayer::new(StandIn::new(rule).client().await);
    let read = || Requirement::all_of(["notes:read"]);
    for rule in [
        "/notes",
        "GET",
        "GET notes",
        "get /notes",
        "HEAD /notes",
        "GET /notes*",
        "GET /*/notes",
        "GET /notes//a",
        "GET /a/../b",
    ] {
        assert!(layer.clone().routes([(rule, read())]).is_err(), "{rule}");
    }
    for rule in [
        "notes.v1.Notes/List",
        "/notes.v1.Notes",
        "/n/L/M",
        "//L",
        "/n/*",
    ] {
        assert!(layer.clone().methods([(rule, read())]).is_err(), "{rule}");
    }
    let none: [&str; 0] = [];
    for requirement in [
        Requirement::all_of(none),
        Requirement::any_of(none),
        Requirement::all_of([""]),
    ] {
        assert!(layer.clone().requirement(requirement.clone()).is_err());
        assert!(layer.clone().routes([("GET /a", requirement)]).is_err());
    }
    let rules: [(&str, Requirement); 0] = [];
    assert!(layer.clone().routes(rules.clone()).is_err());
    assert!(layer.methods(rules).is_err());
}

#[tokio::test]
async fn the_users_token_can_be_forwarded() {
    let layer = TokenLayer::new(StandIn::new(rule).client().await);
    let service = service_fn(|request: Request<()>| async move {
        let token = request.extensions().get::<UserToken>().expect("a token");
        let (mut headers, mut metadata) = (HeaderMap::new(), tonic::metadata::MetadataMap::new());
        token.forward(&mut headers);
        token.forward_metadata(&mut metadata);
        assert_eq!(headers["authorization"], "Bearer reader");
        assert_eq!(metadata.get("authorization").unwrap(), "Bearer reader");
        assert!(!format!("{token:?} {headers:?}").contains("reader"));
        Ok::<_, Infallible>(Response::new(String::new()))
    });
    let request = Request::builder().header("authorization", "Bearer reader");
    let response = layer.layer(service).oneshot(request.body(()).unwrap());
    assert_eq!(response.await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_watching_layer_asks_once_and_refuses_what_is_revoked() {
    let service = TokenServiceStandIn::start().unwrap();
    let options = WatchOptions::default().max_staleness(watch::LONGEST);
    let verifier = options.verifier(watch::client(&service)).unwrap();
    let layer = TokenLayer::new(watch::client(&service))
        .watch_by(verifier.clone())
        .require("notes:read");
    until_vouching(&verifier).await;
    let reader = NewToken::for_user("user-1").permission("notes:read");
    let token = service.issue(reader).unwrap();
    for _ in 0..3 {
        assert_eq!(send_token(&layer, &token).await.body(), "user-1");
    }
    let other = service.issue(NewToken::for_user("user-1")).unwrap();
    let denied = send_token(&layer, &other).await;
    assert_eq!(denied.status(), StatusCode::FORBIDDEN);
    service.revoke(&token);
    eventually("the revocation", || verifier.stats().revocations == 1).await;
    let refused = send_token(&layer, &token).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(challenge(&refused), r#"Bearer error="invalid_token""#);
    let asked = service.calls().into_iter();
    assert_eq!(asked.filter(|call| *call == "ValidateToken").count(), 2);
    let stats = verifier.stats();
    assert_eq!((stats.hits, stats.misses), (2, 2));
    let refusals: Vec<_> = stats.refusals.into_iter().collect();
    let expected = [("PERMISSION_NOT_GRANTED", 1), ("TOKEN_REVOKED", 1)];
    assert_eq!(refusals, expected.map(|(reason, n)| (reason.to_owned(), n)));
}

#[tokio::test]
async fn a_layer_of_its_own_verifier_watches() {
    let service = TokenServiceStandIn::start().unwrap();
    let layer = TokenLayer::new(watch::client(&service)).watch();
    let token = service.issue(NewToken::for_user("user-1")).unwrap();
    eventually("the feed", || service.calls().contains(&"WatchRevocations")).await;
    assert_eq!(send_token(&layer, &token).await.status(), StatusCode::OK);
    service.revoke(&token);
    assert_eq!(
        send_token(&layer.clone(), "no token").await.status(),
        StatusCode::UNAUTHORIZED
    );
}
