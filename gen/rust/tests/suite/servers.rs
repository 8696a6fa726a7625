//! Several servers behind one client.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use secure_token_client::watch::WatchedVerifier;
use secure_token_client::{Builder, Error, NewToken, SecureTokenClient, Tls};
use tokio::net::TcpListener;
use tonic::{Code, Status};

use crate::refusals::{beyond_rate, no_room};
use crate::stand_in::StandIn;

fn builder(targets: &[SocketAddr]) -> Builder {
    let (first, others) = targets.split_first().unwrap();
    let builder = SecureTokenClient::builder(format!("http://{first}"));
    others.iter().fold(builder, |builder, other| {
        builder.add_target(format!("http://{other}"))
    })
}

/// Takes connections, and says nothing on them, as a server that is stopped. Counts them.
async fn hang() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((socket, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            open.push(socket);
        }
    });
    (address, connections)
}

/// An address on which nothing listens.
async fn absent() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

fn willing() -> StandIn {
    StandIn::new(|_| Ok(()))
}

/// How much time a call left its server.
fn allowed(timeout: &str) -> Duration {
    let (number, unit) = timeout.split_at(timeout.len() - 1);
    let number: u64 = number.parse().unwrap();
    match unit {
        "n" => Duration::from_nanos(number),
        "u" => Duration::from_micros(number),
        "m" => Duration::from_millis(number),
        _ => Duration::from_secs(number),
    }
}

#[tokio::test]
async fn every_server_takes_its_turn() {
    let (one, two) = (willing(), willing());
    let targets = [one.serve(None).await, two.serve(None).await];
    let client = builder(&targets).build().unwrap();
    for _ in 0..10 {
        client.validate_token("a").await.unwrap();
    }
    assert_eq!((one.calls().len(), two.calls().len()), (5, 5));
    let mut raw = client.raw();
    for _ in 0..10 {
        raw.export_config(secure_token_client::proto::securetoken::v1::ExportConfigRequest {})
            .await
            .unwrap();
    }
    assert_eq!((one.calls().len(), two.calls().len()), (10, 10));
}

/// How often a server was asked about a token.
fn asked(server: &StandIn) -> usize {
    let calls = server.calls().into_iter();
    calls.filter(|call| call.rpc == "ValidateToken").count()
}

#[tokio::test]
async fn a_verifier_beyond_its_rate_asks_each_server_once() {
    let limited = || StandIn::new(|_| Err(beyond_rate(1)));
    let (one, two) = (limited(), limited());
    let targets = [one.serve(None).await, two.serve(None).await];
    let verifier = WatchedVerifier::new(builder(&targets).build().unwrap());
    let error = verifier.verify("a").await.unwrap_err();
    assert!(matches!(error, Error::RateExceeded { .. }), "{error:?}");
    assert_eq!((asked(&one), asked(&two)), (1, 1));

    let well = willing();
    let targets = [one.serve(None).await, well.serve(None).await];
    let verifier = WatchedVerifier::new(builder(&targets).build().unwrap());
    for token in ["a", "b"] {
        verifier.verify(token).await.unwrap();
    }
    assert_eq!(asked(&well), 2);
}

#[tokio::test]
async fn a_verifier_waits_for_a_server_that_has_no_room() {
    let is_full = AtomicBool::new(true);
    let server = StandIn::new(move |call| {
        if call.rpc == "ValidateToken" && is_full.swap(false, Ordering::SeqCst) {
            return Err(no_room(1));
        }
        Ok(())
    });
    let verifier = WatchedVerifier::new(server.client().await);
    verifier.verify("a").await.unwrap();
    assert_eq!(asked(&server), 2);
}

#[tokio::test]
async fn a_server_that_hangs_rests_after_its_first_deadline() {
    const DEADLINE: Duration = Duration::from_secs(2);
    let (silent, _) = hang().await;
    let well = willing();
    let targets = [silent, well.serve(None).await];
    let client = builder(&targets).default_deadline(DEADLINE);
    let client = client.build().unwrap();
    for _ in 0..10 {
        client.validate_token("a").await.unwrap();
    }
    let passed_on = well.calls().into_iter().filter(|call| {
        let timeout = call.timeout.as_deref().unwrap();
        allowed(timeout) <= DEADLINE / 2
    });
    assert_eq!((passed_on.count(), well.calls().len()), (1, 10));
}

#[tokio::test]
async fn a_call_that_issues_a_token_is_not_passed_on_when_it_may_have_been_served() {
    let (silent, _) = hang().await;
    let well = willing();
    let targets = [silent, well.serve(None).await];
    let client = builder(&targets).default_deadline(Duration::from_millis(300));
    let client = client.build().unwrap();
    let new = || NewToken::for_user("user-1");
    let error = client.generate_token(new()).await.unwrap_err();
    assert_eq!(error.code(), Code::DeadlineExceeded);
    assert_eq!(well.calls(), []);
    let patient = client.with_deadline(Duration::from_secs(5)).unwrap();
    for _ in 0..3 {
        patient.generate_token(new()).await.unwrap();
    }
}

#[tokio::test]
async fn a_call_that_reached_no_server_goes_to_the_next_whatever_it_does() {
    let well = willing();
    let targets = [absent().await, well.serve(None).await, absent().await];
    let client = builder(&targets).connect().await.unwrap();
    for _ in 0..6 {
        let new = NewToken::for_user("user-1");
        client.generate_token(new).await.unwrap();
    }
    assert_eq!(well.calls().len(), 6);
}

#[tokio::test]
async fn a_server_that_is_unavailable_is_passed_by() {
    let ill = StandIn::new(|_| Err(Status::unavailable("shutting down")));
    let well = willing();
    let targets = [ill.serve(None).await, well.serve(None).await];
    let client = builder(&targets).build().unwrap();
    client.validate_token("a").await.unwrap();
    assert_eq!((ill.calls().len(), well.calls().len()), (1, 1));
}

#[tokio::test]
async fn a_fault_of_one_server_does_not_end_the_call() {
    let well = willing();
    let secure = format!("https://{}", well.serve(None).await); // it speaks plaintext
    let client = SecureTokenClient::builder(secure)
        .add_target(format!("http://{}", well.serve(None).await))
        .build()
        .unwrap();
    for _ in 0..4 {
        client.validate_token("a").await.unwrap();
    }
}

#[tokio::test]
async fn a_lone_server_that_hangs_gets_a_new_connection() {
    let (silent, connections) = hang().await;
    let client = builder(&[silent]).default_deadline(Duration::from_millis(600));
    let client = client.build().unwrap();
    for _ in 0..4 {
        let error = client.validate_token("a").await.unwrap_err();
        assert_eq!(error.code(), Code::DeadlineExceeded);
    }
    assert!(connections.load(Ordering::SeqCst) > 1);
}

#[tokio::test]
async fn no_server_at_all_is_told() {
    let targets = [absent().await, absent().await];
    let error = builder(&targets).connect().await.unwrap_err();
    assert!(error.to_string().contains("cannot be reached"));
    let client = builder(&targets).default_deadline(Duration::from_millis(300));
    let error = client.build().unwrap().validate_token("a").await;
    assert!(matches!(error, Err(Error::ServiceUnavailable { .. })));
}

#[tokio::test]
async fn every_target_is_checked() {
    let local = || SecureTokenClient::builder("http://127.0.0.1:1");
    let error = local().api_key("sesame").add_target("http://tokens:80");
    let error = error.build().unwrap_err();
    assert!(error.to_string().contains("in the clear"));
    assert!(local().add_target("tokens").build().is_err());
    let mixed = SecureTokenClient::builder("https://localhost:1").tls(Tls::new());
    assert!(mixed.add_target("http://localhost:1").build().is_err());
}
