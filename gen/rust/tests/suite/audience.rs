//! The audience that calls, layers and verifiers require.

use std::convert::Infallible;
use std::sync::Arc;

use http::{Request, Response, StatusCode};
use secure_token_client::middleware::{GuardBody, TokenLayer};
use secure_token_client::testing::TokenServiceStandIn;
use secure_token_client::watch::{WatchOptions, WatchedVerifier};
use secure_token_client::{Claims, Error, NewToken, SecureTokenClient};
use tonic::Code;
use tower::{Layer, ServiceExt, service_fn};

use crate::stand_in::StandIn;
use crate::watch::{LONGEST, client};

const CHECKS: [&str; 4] = ["validate", "check", "check all", "batch"];

/// Asks about a token in one of the ways.
async fn ask(how: &str, client: &SecureTokenClient, token: &str) -> Result<(), Error> {
    match how {
        "validate" => client.validate_token(token).await.map(drop),
        "check" => client.check_permission(token, "read").await,
        "check all" => client.check_permissions(token, ["read"]).await.map(drop),
        _ => {
            let results = client.batch_validate_tokens([token]).await?;
            results.into_iter().next().unwrap().map(drop)
        }
    }
}

/// A token for orders, one for others, and one that names no service.
fn tokens(service: &TokenServiceStandIn) -> [String; 3] {
    let names: [&[&str]; 3] = [&["stock", "orders"], &["stock", "Orders"], &[]];
    names.map(|audiences| {
        let new = NewToken::for_user("user-1").permission("read");
        service
            .issue(new.audiences(audiences.iter().copied()))
            .unwrap()
    })
}

fn assert_mismatch(error: &Error) {
    assert!(matches!(error, Error::InvalidToken { .. }), "{error:?}");
    let facts = error.facts().unwrap();
    assert_eq!(facts.reason, "AUDIENCE_MISMATCH");
    assert_eq!(facts.field, "audience");
    assert_eq!(facts.metadata["audience"], "orders");
    assert_eq!(facts.message, "Token is not for audience 'orders'");
}

#[tokio::test]
async fn a_call_takes_tokens_for_the_audience_alone() {
    let service = TokenServiceStandIn::start().unwrap();
    let any = client(&service);
    let orders = any.with_audience("orders").unwrap();
    let [own, others @ ..] = tokens(&service);
    for how in CHECKS {
        ask(how, &orders, &own).await.unwrap();
        for token in &others {
            assert_mismatch(&ask(how, &orders, token).await.unwrap_err());
            ask(how, &any, token).await.unwrap();
        }
    }
    let claims = orders.validate_token(&own).await.unwrap();
    assert_eq!(claims.audiences, ["stock", "orders"]);
    assert_eq!(claims.checked_audience.as_deref(), Some("orders"));
    let claims = any.validate_token(&own).await.unwrap();
    assert_eq!(claims.checked_audience, None);
    let renewed = any.refresh_token(&own, Default::default()).await.unwrap();
    assert_eq!(renewed.audiences, ["stock", "orders"]);
}

/// The canned answers are of a server that passes over what it does not know.
#[tokio::test]
async fn no_answer_of_a_server_that_did_not_check_is_taken() {
    let address = StandIn::new(|_| Ok(())).serve(None).await;
    let builder = SecureTokenClient::builder(format!("http://{address}"));
    let orders = builder.build().unwrap().with_audience("orders").unwrap();
    for how in CHECKS {
        let error = ask(how, &orders, "token").await.unwrap_err();
        assert_eq!(error.code(), Code::Internal, "{how}");
    }
}

#[tokio::test]
async fn a_layer_admits_tokens_for_its_audience_alone() {
    let service = TokenServiceStandIn::start().unwrap();
    let [own, others @ ..] = tokens(&service);
    let client = client(&service);
    let orders = client.with_audience("orders").unwrap();
    let layers = [
        TokenLayer::new(client.clone()).audience("orders").unwrap(),
        TokenLayer::new(client.clone())
            .cache(LONGEST, 10)
            .audience("orders")
            .unwrap(),
        TokenLayer::new(client.clone())
            .watch()
            .audience("orders")
            .unwrap(),
        TokenLayer::new(orders.clone()),
        TokenLayer::new(orders.clone()).watch(),
        // Verifiers that take any token, and one that takes others' as well.
        TokenLayer::new(orders.clone()).watch_by(WatchedVerifier::new(client.clone())),
        TokenLayer::new(client.clone())
            .watch_by(WatchedVerifier::new(client.clone()))
            .audience("orders")
            .unwrap(),
        TokenLayer::new(client.with_audience("stock").unwrap())
            .audience("orders")
            .unwrap(),
    ];
    for layer in &layers {
        for _ in 0..2 {
            // The second time it may be known.
            assert_eq!(status(layer, &own).await, StatusCode::OK);
            for token in &others {
                assert_eq!(status(layer, token).await, StatusCode::UNAUTHORIZED);
            }
        }
    }
}

async fn status(layer: &TokenLayer, token: &str) -> StatusCode {
    let service = service_fn(|request: Request<()>| async move {
        assert!(request.extensions().get::<Arc<Claims>>().is_some());
        Ok::<_, Infallible>(Response::new(String::new()))
    });
    let request = Request::builder().header("authorization", format!("Bearer {token}"));
    let sent = layer.layer(service).oneshot(request.body(()).unwrap());
    let response: Response<GuardBody<String>> = sent.await.unwrap();
    response.status()
}

#[tokio::test]
async fn a_verifier_takes_tokens_for_its_audience_alone() {
    let service = TokenServiceStandIn::start().unwrap();
    let [own, others @ ..] = tokens(&service);
    let options = WatchOptions::default()
        .max_staleness(LONGEST)
        .clock(service.clock())
        .audience("orders");
    let verifier = options.verifier(client(&service)).unwrap();
    for _ in 0..2 {
        // The second time they may be kept.
        assert_eq!(verifier.verify(&own).await.unwrap().user_id, "user-1");
        for token in &others {
            assert_mismatch(&verifier.verify(token).await.unwrap_err());
        }
    }
}

#[tokio::test]
async fn an_audience_that_would_require_none_is_refused() {
    let service = TokenServiceStandIn::start().unwrap();
    let client = client(&service);
    assert!(client.with_audience("").is_err());
    assert!(TokenLayer::new(client.clone()).audience("").is_err());
    assert!(
        WatchOptions::default()
            .audience("")
            .verifier(client)
            .is_err()
    );
}
