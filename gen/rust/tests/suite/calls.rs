//! Deadlines, retries, and the client's own credential.

use std::time::{Duration, Instant};

use secure_token_client::{Error, NewToken, RefreshOptions, SecureTokenClient};
use tokio::net::TcpListener;
use tonic::{Code, Status};

use crate::refusals::{detail, detail_any, invalid_token, status};
use crate::stand_in::StandIn;

#[tokio::test]
async fn what_changes_nothing_is_tried_again_while_unavailable() {
    let server = StandIn::new(|call| match call.number {
        1 | 2 => Err(Status::unavailable("starting")),
        _ => Ok(()),
    });
    let client = server.client().await;
    client.validate_token("a").await.unwrap();
    assert_eq!(server.calls().len(), 3);
}

#[tokio::test]
async fn retries_end() {
    let server = StandIn::new(|_| Err(Status::unavailable("down")));
    let client = server.client().await;
    let error = client.export_config().await.unwrap_err();
    assert!(matches!(&error, Error::Rpc(status) if status.code() == Code::Unavailable));
    assert_eq!(server.calls().len(), 4);
}

#[tokio::test]
async fn what_issues_a_token_is_never_tried_again() {
    let server = StandIn::new(|_| Err(Status::unavailable("down")));
    let client = server.client().await;
    client
        .generate_token(NewToken::for_user("user-1"))
        .await
        .unwrap_err();
    client
        .refresh_token("a", RefreshOptions::new().revoke_old())
        .await
        .unwrap_err();
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn no_other_code_is_tried_again() {
    for code in [
        Code::Internal,
        Code::ResourceExhausted,
        Code::Aborted,
        Code::Unknown,
    ] {
        let server = StandIn::new(move |_| Err(Status::new(code, "")));
        let client = server.client().await;
        assert_eq!(client.validate_token("a").await.unwrap_err().code(), code);
        assert_eq!(server.calls().len(), 1, "{code:?}");
    }
}

#[tokio::test]
async fn a_refusal_is_not_tried_again_whatever_its_code() {
    let server = StandIn::new(|_| Err(status(Code::Unavailable, vec![detail_any(&detail(3, 3))])));
    let client = server.client().await;
    assert_eq!(
        client.validate_token("a").await.unwrap_err().kind(),
        Some("INVALID_TOKEN")
    );
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn a_silent_server_meets_the_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = format!("http://{}", listener.local_addr().unwrap());
    let client = SecureTokenClient::builder(target).build().unwrap();
    let begin = Instant::now();
    let hasty = client.with_deadline(Duration::from_millis(200));
    let error = hasty.validate_token("a").await.unwrap_err();
    assert!(matches!(&error, Error::Rpc(status) if status.code() == Code::DeadlineExceeded));
    assert!(begin.elapsed() >= Duration::from_millis(190));
    assert!(begin.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn the_deadline_travels_and_covers_the_retries() {
    let server = StandIn::new(|_| Err(Status::unavailable("down")));
    let client = server.client().await;
    let begin = Instant::now();
    client
        .with_deadline(Duration::from_millis(120))
        .validate_token("a")
        .await
        .unwrap_err();
    assert!(begin.elapsed() < Duration::from_millis(500));
    assert!(server.calls().iter().all(|call| call.timeout.is_some()));
    // The longest that can be said neither panics nor waits.
    client
        .with_deadline(Duration::MAX)
        .generate_token(NewToken::for_user("u"))
        .await
        .unwrap_err();
}

#[tokio::test]
async fn nobody_listening_is_unavailable() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let builder = SecureTokenClient::builder(format!("http://127.0.0.1:{port}"));
    assert!(builder.clone().connect().await.is_err());
    let error = builder
        .build()
        .unwrap()
        .validate_token("a")
        .await
        .unwrap_err();
    assert!(matches!(&error, Error::Rpc(status) if status.code() == Code::Unavailable));
}

#[tokio::test]
async fn the_api_key_is_sent_and_never_shown() {
    let server = StandIn::new(|_| Ok(()));
    let target = format!("http://{}", server.serve(None).await);
    let builder = SecureTokenClient::builder(target).api_key("key-of-mine");
    assert!(!format!("{builder:?}").contains("key-of-mine"));
    let client = builder.build().unwrap();
    client.validate_token("a").await.unwrap();
    client
        .raw()
        .export_config(tonic::Request::new(Default::default()))
        .await
        .unwrap();
    for call in server.calls() {
        assert_eq!(
            call.authorization.as_deref(),
            Some("Bearer key-of-mine"),
            "{}",
            call.rpc
        );
    }
    assert!(!format!("{client:?}").contains("key-of-mine"));
}

#[tokio::test]
async fn a_key_that_no_header_carries_is_refused_without_being_shown() {
    for key in ["", "two words", "line\nbreak", "schlüssel"] {
        let error = SecureTokenClient::builder("http://localhost:1")
            .api_key(key)
            .build();
        let error = format!("{:?}", error.unwrap_err());
        assert!(key.is_empty() || !error.contains(key), "{error}");
    }
}

#[tokio::test]
async fn one_connection_serves_every_clone() {
    let server = StandIn::new(|call| match call.token.as_str() {
        "bad" => Err(invalid_token()),
        _ => Ok(()),
    });
    let client = server.client().await;
    let calls = (0..50).map(|number| {
        let client = client.clone();
        let token = if number % 2 == 0 { "good" } else { "bad" };
        tokio::spawn(async move { (token == "good") == client.validate_token(token).await.is_ok() })
    });
    for call in calls.collect::<Vec<_>>() {
        assert!(call.await.unwrap());
    }
}
