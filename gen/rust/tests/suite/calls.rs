//! Deadlines, retries, and the client's own credential.

use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use secure_token_client::proto::securetoken::v1::token_service_server::TokenServiceServer;
use secure_token_client::{
    Error, NewToken, RefreshOptions, RevocationFilter, RevocationOutcome, RevocationTarget,
    RevokedTarget, SecureTokenClient,
};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;
use tonic::{Code, Status};

use crate::refusals::{beyond_rate, detail, detail_any, info_any, invalid_token, status};
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
async fn unavailable_is_told_at_the_deadline() {
    let server = StandIn::new(|_| Err(Status::unavailable("down")));
    let client = server.client().await;
    let hasty = client.with_deadline(Duration::from_millis(400)).unwrap();
    let error = hasty.export_config().await.unwrap_err();
    assert!(matches!(
        &error,
        Error::ServiceUnavailable { fault: None, .. }
    ));
    assert_eq!(error.code(), Code::Unavailable);
    assert!(server.calls().len() >= 3);
}

#[tokio::test]
async fn the_servers_pause_is_kept_and_named() {
    let server = StandIn::new(move |call| match call.number {
        1 => Err(beyond_rate(20)),
        2 => Ok(()),
        _ => Err(beyond_rate(900)),
    });
    let client = server.client().await;
    client.validate_token("a").await.unwrap();
    assert_eq!(server.calls().len(), 2);
    let hasty = client.with_deadline(Duration::from_millis(500)).unwrap();
    let error = hasty.validate_token("a").await.unwrap_err();
    let Error::RateExceeded { retry_after, .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(*retry_after, Some(Duration::from_millis(900)));
    assert_eq!(server.calls().len(), 3);
}

#[tokio::test]
async fn a_caller_who_is_refused_is_told_why() {
    let server = StandIn::new(|_| {
        let metadata = [("field", "permissions"), ("permission", "admin")];
        let info = info_any(
            "CALLER_ERROR_REASON_GRANT_NOT_ALLOWED",
            "securetoken.v1",
            &metadata,
        );
        Err(status(Code::PermissionDenied, vec![info]))
    });
    let error = server.client().await.validate_token("a").await.unwrap_err();
    let Error::CallerRefused {
        reason,
        field,
        metadata,
        ..
    } = &error
    else {
        panic!("{error:?}")
    };
    assert_eq!(
        (reason.as_str(), field.as_str()),
        ("GRANT_NOT_ALLOWED", "permissions")
    );
    assert_eq!(metadata["permission"], "admin");
    assert!(!error.is_token_error() && error.to_string().contains("own credential"));
}

#[tokio::test]
async fn a_rotated_key_needs_no_new_client() {
    let accepted = Arc::new(Mutex::new("old".to_owned()));
    let rule = Arc::clone(&accepted);
    let server = StandIn::new(move |call| {
        let expected = format!("Bearer {}", rule.lock().unwrap());
        if call.authorization.as_deref() == Some(expected.as_str()) {
            return Ok(());
        }
        let info = info_any("CALLER_ERROR_REASON_UNKNOWN_CALLER", "securetoken.v1", &[]);
        Err(status(Code::Unauthenticated, vec![info]))
    });
    let file = std::env::temp_dir().join(format!("secure-token-key-{}", std::process::id()));
    std::fs::write(&file, "old\n").unwrap();
    let target = format!("http://{}", server.serve(None).await);
    let from_file = SecureTokenClient::builder(&target)
        .api_key_file(&file)
        .build()
        .unwrap();
    let current = Arc::clone(&accepted);
    let from_fn = SecureTokenClient::builder(&target)
        .api_key_fn(move || Some(current.lock().unwrap().clone()))
        .build()
        .unwrap();
    for client in [&from_file, &from_fn] {
        client.validate_token("a").await.unwrap();
    }
    *accepted.lock().unwrap() = "new".to_owned();
    std::fs::write(&file, "new\n").unwrap();
    for client in [&from_file, &from_fn] {
        client.validate_token("a").await.unwrap();
    }
    std::fs::remove_file(&file).unwrap();
}

#[tokio::test]
async fn a_key_file_that_is_gone_leaves_its_key_and_is_told() {
    let server = StandIn::new(|call| {
        if call.authorization.as_deref() == Some("Bearer right") {
            return Ok(());
        }
        let info = info_any("CALLER_ERROR_REASON_UNKNOWN_CALLER", "securetoken.v1", &[]);
        Err(status(Code::Unauthenticated, vec![info]))
    });
    let target = format!("http://{}", server.serve(None).await);
    let file = std::env::temp_dir().join(format!("secure-token-gone-{}", std::process::id()));
    std::fs::write(&file, "wrong").unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let faults = Arc::clone(&told);
    let client = SecureTokenClient::builder(target)
        .on_key_file_fault(move |fault| faults.lock().unwrap().push(fault.to_owned()))
        .api_key_file(&file)
        .build()
        .unwrap();
    let refused = client.validate_token("a").await.unwrap_err().to_string();
    assert!(!refused.contains("file"), "{refused}");
    std::fs::remove_file(&file).unwrap();
    for _ in 0..2 {
        let refused = client.validate_token("a").await.unwrap_err();
        assert!(matches!(refused, Error::CallerRefused { .. }));
        let text = refused.to_string();
        assert!(text.contains("cannot be read"), "{text}");
        assert!(text.contains(file.to_str().unwrap()), "{text}");
        assert!(!format!("{refused:?}{text}").contains("wrong"));
    }
    std::fs::write(&file, "").unwrap();
    client.validate_token("a").await.unwrap_err();
    std::fs::write(&file, "right").unwrap();
    client.validate_token("a").await.unwrap();
    std::fs::remove_file(&file).unwrap();
    let told = told.lock().unwrap();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("cannot be read") && told[1].contains("holds no key"));
}

#[tokio::test]
async fn only_a_small_regular_file_is_read_for_a_key() {
    let folder = std::env::temp_dir().join(format!("secure-token-keys-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let build = |path: &str| {
        let builder = SecureTokenClient::builder("http://127.0.0.1:1").api_key_file(path);
        builder.build().map_err(|error| error.to_string())
    };
    std::fs::write(path("longest"), format!("{}\r\n", "k".repeat(4096))).unwrap();
    build(&path("longest")).unwrap();
    // Cut at its limit, either would look like a key.
    std::fs::write(path("long"), "k".repeat(4099)).unwrap();
    std::fs::write(path("blank"), format!("k{}", " ".repeat(4098))).unwrap();
    // Opening it would wait for its writer.
    let made = Command::new("mkfifo").arg(path("pipe")).status().unwrap();
    assert!(made.success());
    for refused in [
        path("long"),
        path("blank"),
        path("pipe"),
        "/dev/zero".to_owned(),
    ] {
        let rule = format!("{refused} must be a regular file of at most 4098 bytes");
        let error = build(&refused).unwrap_err();
        assert!(error.contains(&rule), "{error}");
    }
    std::fs::write(path("empty"), " \n").unwrap();
    let error = build(&path("empty")).unwrap_err();
    assert!(error.contains("holds no key"), "{error}");
    std::fs::remove_dir_all(folder).unwrap();
}

/// Ages connections out every few milliseconds: no call may notice.
#[tokio::test]
async fn a_connection_that_ages_fails_no_call() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = format!("http://{}", listener.local_addr().unwrap());
    let service = TokenServiceServer::new(StandIn::new(|_| Ok(())));
    let server = Server::builder()
        .max_connection_age(Duration::from_millis(20))
        .add_service(service);
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    let client = SecureTokenClient::builder(target).build().unwrap();
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(1) {
        let calls = (0..8).map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.generate_token(NewToken::for_user("u")).await })
        });
        for call in calls.collect::<Vec<_>>() {
            call.await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn a_server_that_comes_within_the_deadline_is_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = SecureTokenClient::builder(format!("http://{address}"))
        .build()
        .unwrap();
    let call = tokio::spawn(async move { client.generate_token(NewToken::for_user("u")).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let listener = TcpListener::bind(address).await.unwrap();
    let service = TokenServiceServer::new(StandIn::new(|_| Ok(())));
    let server = Server::builder().add_service(service);
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    call.await.unwrap().unwrap();
}

#[tokio::test]
async fn revocations_are_told_apart() {
    let client = StandIn::new(|_| Ok(())).client().await;
    let outcomes = client
        .revoke_tokens(
            [
                RevocationTarget::token("forged"),
                RevocationTarget::token_id("id-1", None),
                RevocationTarget::user("u", None),
            ],
            "lost",
        )
        .await
        .unwrap();
    assert_eq!(
        outcomes,
        [
            RevocationOutcome::NotAuthentic,
            RevocationOutcome::AlreadyExpired,
            RevocationOutcome::Revoked
        ]
    );
    assert!(client.revoke_session("future", "").await.is_err());
    let page = client
        .list_revocations(RevocationFilter::default())
        .await
        .unwrap();
    assert_eq!(page.next_page_token, "more");
    assert_eq!(
        page.revocations[0].target,
        RevokedTarget::TokenId("id-1".into())
    );
    let secret = RevocationTarget::token("secret-token");
    assert!(!format!("{secret:?}").contains("secret-token"));
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
    let hasty = client.with_deadline(Duration::from_millis(200)).unwrap();
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
        .unwrap()
        .validate_token("a")
        .await
        .unwrap_err();
    assert!(begin.elapsed() < Duration::from_millis(500));
    assert!(server.calls().iter().all(|call| call.timeout.is_some()));
    for deadline in [Duration::ZERO, Duration::from_secs(61), Duration::MAX] {
        assert!(client.with_deadline(deadline).is_err());
    }
}

#[tokio::test]
async fn nobody_listening_is_unavailable() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let address = format!("http://127.0.0.1:{port}");
    let builder = SecureTokenClient::builder(&address);
    let refused = builder.clone().connect().await.unwrap_err();
    assert!(refused.to_string().contains(&address), "{refused}");
    let error = builder
        .default_deadline(Duration::from_millis(300))
        .build()
        .unwrap()
        .validate_token("a")
        .await
        .unwrap_err();
    assert!(matches!(&error, Error::ServiceUnavailable { .. }));
    assert_eq!(error.code(), Code::Unavailable);
    assert!(error.to_string().contains(&address), "{error}");
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
