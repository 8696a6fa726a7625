//! Watched verification, over a service in memory.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use secure_token_client::testing::TokenServiceStandIn;
use secure_token_client::watch::{MissReason, WatchEvent, WatchOptions, WatchedVerifier};
use secure_token_client::{Error, NewToken, RefreshOptions, RevocationTarget, SecureTokenClient};
use tokio::time::sleep;
use tonic::{Code, Status};

use crate::refusals::{info_any, status};
use crate::stand_in::StandIn;

/// Waits for what must come, however slow the machine is.
pub async fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..6000 {
        if is_so() {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("{what} did not come about");
}

pub async fn until_vouching(verifier: &WatchedVerifier) {
    eventually("vouching", || verifier.stats().is_vouching).await;
}

pub fn client(service: &TokenServiceStandIn) -> SecureTokenClient {
    let builder = SecureTokenClient::builder(service.target());
    builder.build().unwrap()
}

/// So long that no pause of the machine makes a verifier stale.
pub const LONGEST: Duration = Duration::from_secs(300);

/// A verifier that shares the service's clock, and what it tells.
fn observed(service: &TokenServiceStandIn) -> (WatchedVerifier, Arc<Mutex<Vec<String>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&told);
    let options = WatchOptions::default()
        .max_staleness(LONGEST)
        .clock(service.clock())
        .on_event(move |event| {
            let name = match event {
                WatchEvent::Hit => "hit".to_owned(),
                WatchEvent::Miss(reason) => format!("miss {reason:?}"),
                WatchEvent::Refusal(reason) => format!("refusal {reason}"),
                WatchEvent::Stale(_) => "stale".to_owned(),
                WatchEvent::FeedRefused(error) => format!("feed refused {:?}", error.code()),
                _ => return,
            };
            sink.lock().unwrap().push(name);
        });
    (options.verifier(client(service)).unwrap(), told)
}

fn count(service: &TokenServiceStandIn, rpc: &str) -> usize {
    let calls = service.calls();
    calls.iter().filter(|call| **call == rpc).count()
}

fn reader(user: &str) -> NewToken {
    NewToken::for_user(user).permission("notes:read")
}

#[tokio::test]
async fn a_known_token_needs_no_call_and_is_refused_once_it_is_revoked() {
    let service = TokenServiceStandIn::start().unwrap();
    let (verifier, told) = observed(&service);
    until_vouching(&verifier).await;
    let token = service.issue(reader("user-1")).unwrap();
    let other = service.issue(reader("user-2")).unwrap();
    for each in [&token, &token, &other] {
        verifier.verify(each).await.unwrap();
    }
    assert_eq!(count(&service, "ValidateToken"), 2);
    service.revoke_user("user-1");
    eventually("the revocation", || verifier.stats().revocations == 1).await;
    let refused = verifier.verify(&token).await.unwrap_err();
    assert_eq!(refused.facts().unwrap().reason, "TOKEN_REVOKED");
    assert!(matches!(refused, Error::InvalidToken { .. }));
    verifier
        .check_permission(&other, "notes:read")
        .await
        .unwrap();
    assert_eq!(count(&service, "ValidateToken"), 2);
    let told = told.lock().unwrap().join(", ");
    let unknown = format!("miss {:?}", MissReason::Unknown);
    assert_eq!(
        told,
        format!("{unknown}, hit, {unknown}, refusal TOKEN_REVOKED, hit")
    );
}

#[tokio::test]
async fn a_hook_that_panics_changes_nothing() {
    let service = TokenServiceStandIn::start().unwrap();
    let verifier = WatchOptions::default()
        .max_staleness(LONGEST)
        .on_event(|event| panic!("{event:?}"))
        .verifier(client(&service))
        .unwrap();
    until_vouching(&verifier).await;
    let token = service.issue(reader("user-1")).unwrap();
    for _ in 0..2 {
        verifier.verify(&token).await.unwrap();
    }
    service.go_away();
    eventually("the end of the feed", || verifier.stats().reconnects > 0).await;
    service.come_back().unwrap();
    service.revoke_user("user-1");
    eventually("the revocation", || verifier.stats().revocations == 1).await;
    verifier.verify(&token).await.unwrap_err();
}

#[tokio::test]
async fn a_cut_off_hits_what_was_refreshed_in_a_session_of_before_it() {
    let service = TokenServiceStandIn::start().unwrap();
    let (verifier, _) = observed(&service);
    until_vouching(&verifier).await;
    let client = client(&service);
    let first = client.generate_token(reader("user-1")).await.unwrap();
    service.advance(Duration::from_secs(1));
    let renewed = client.refresh_token(&first.token, RefreshOptions::new());
    let renewed = renewed.await.unwrap().token;
    let claims = verifier.verify(&renewed).await.unwrap();
    assert_eq!(claims.session_started_at, first.issued_at);
    let cut_off = RevocationTarget::user("user-1", Some(first.issued_at));
    client.revoke_tokens([cut_off], "").await.unwrap();
    eventually("the cut-off", || verifier.stats().revocations == 1).await;
    let refused = verifier.verify(&renewed).await.unwrap_err();
    assert_eq!(refused.facts().unwrap().reason, "TOKEN_REVOKED");
    client.validate_token(&renewed).await.unwrap_err();
    assert_eq!(count(&service, "ValidateToken"), 2);
    let again = service.issue(reader("user-1")).unwrap();
    verifier.verify(&again).await.unwrap();
}

#[tokio::test]
async fn a_missing_permission_is_told_without_a_call() {
    let service = TokenServiceStandIn::start().unwrap();
    let (verifier, _) = observed(&service);
    until_vouching(&verifier).await;
    let token = service.issue(reader("user-1")).unwrap();
    verifier.verify(&token).await.unwrap();
    let denied = verifier.check_permission(&token, "notes:write").await;
    let Err(Error::PermissionDenied {
        facts,
        required_permission,
        ..
    }) = denied
    else {
        panic!("{denied:?}");
    };
    assert_eq!(facts.reason, "PERMISSION_NOT_GRANTED");
    assert_eq!(required_permission, "notes:write");
    assert_eq!(count(&service, "CheckPermission"), 0);
    assert_eq!(verifier.stats().refusals["PERMISSION_NOT_GRANTED"], 1);
}

#[tokio::test]
async fn while_the_service_is_away_known_tokens_pass_until_the_bound() {
    let service = TokenServiceStandIn::start().unwrap();
    let (verifier, told) = observed(&service);
    until_vouching(&verifier).await;
    let known = service.issue(reader("user-1")).unwrap();
    let unknown = service.issue(reader("user-1")).unwrap();
    verifier.verify(&known).await.unwrap();
    service.go_away();
    verifier.verify(&known).await.unwrap();
    let refused = verifier.verify(&unknown).await.unwrap_err();
    assert!(!refused.is_token_error(), "{refused}");
    // What is on its way when a clock moves would be taken for fresh.
    eventually("the end of the feed", || verifier.stats().reconnects > 0).await;
    service.advance(LONGEST);
    assert!(!verifier.stats().is_vouching);
    let refused = verifier.verify(&known).await.unwrap_err();
    assert!(!refused.is_token_error(), "{refused}");
    let is_told = || told.lock().unwrap().contains(&"stale".to_owned());
    eventually("the warning", is_told).await;
    service.come_back().unwrap();
    until_vouching(&verifier).await;
    verifier.verify(&known).await.unwrap();
}

#[tokio::test]
async fn a_kept_token_ends_by_its_time() {
    let service = TokenServiceStandIn::start().unwrap();
    let (verifier, _) = observed(&service);
    until_vouching(&verifier).await;
    let new = reader("user-1").expires_in(Duration::from_secs(3600));
    let token = service.issue(new).unwrap();
    let claims = verifier.verify(&token).await.unwrap();
    assert!(claims.time_remaining <= Duration::from_secs(3600));
    service.advance(Duration::from_secs(3601));
    until_vouching(&verifier).await;
    let refused = verifier.verify(&token).await;
    assert!(matches!(refused, Err(Error::TokenExpired { .. })));
}

#[tokio::test]
async fn concurrent_first_sights_are_one_call_and_a_burst_goes_together() {
    let service = TokenServiceStandIn::start().unwrap();
    let (verifier, _) = observed(&service);
    until_vouching(&verifier).await;
    let token = service.issue(reader("user-1")).unwrap();
    let check = |token: String| {
        let verifier = verifier.clone();
        tokio::spawn(async move { verifier.verify(&token).await.map(drop) })
    };
    let same: Vec<_> = (0..50).map(|_| check(token.clone())).collect();
    for each in same {
        each.await.unwrap().unwrap();
    }
    assert_eq!(count(&service, "ValidateToken"), 1);
    let tokens: Vec<_> = (0..50)
        .map(|_| service.issue(reader("user-1")).unwrap())
        .collect();
    let burst: Vec<_> = tokens.into_iter().map(check).collect();
    for each in burst {
        each.await.unwrap().unwrap();
    }
    let batches = count(&service, "BatchValidateTokens");
    assert!(batches >= 1 && count(&service, "ValidateToken") + batches < 25);
    assert_eq!(verifier.stats().entries, 51);
}

#[tokio::test]
async fn a_refused_feed_is_told_once_and_every_token_is_asked_about() {
    let service = StandIn::new(|call| match call.rpc {
        "WatchRevocations" => Err(Status::permission_denied("not for you")),
        _ => Ok(()),
    });
    let told = Arc::new(Mutex::new(0));
    let sink = Arc::clone(&told);
    let verifier = WatchOptions::default()
        .on_event(move |event| {
            if let WatchEvent::FeedRefused(error) = event {
                assert_eq!(error.code(), Code::PermissionDenied);
                *sink.lock().unwrap() += 1;
            }
        })
        .verifier(service.client().await)
        .unwrap();
    eventually("the refusal", || *told.lock().unwrap() == 1).await;
    for _ in 0..2 {
        verifier.verify("reader").await.unwrap();
    }
    let calls = service.calls();
    let asked = calls.iter().filter(|call| call.rpc == "ValidateToken");
    assert_eq!(asked.count(), 2);
    assert!(!verifier.stats().is_vouching);
}

#[tokio::test]
async fn a_key_that_the_feed_is_refused_for_is_asked_for_anew() {
    let service = StandIn::new(|call| {
        let is_old = call.authorization.as_deref() == Some("Bearer old-key");
        let unknown = "CALLER_ERROR_REASON_UNKNOWN_CALLER";
        let details = || vec![info_any(unknown, "securetoken.v1", &[])];
        match is_old {
            true => Err(status(Code::Unauthenticated, details())),
            false => Ok(()),
        }
    });
    let address = service.serve(None).await;
    let keys = Mutex::new(vec!["new-key", "old-key"]);
    let client = SecureTokenClient::builder(format!("http://{address}"))
        .api_key_fn(move || {
            let mut keys = keys.lock().unwrap();
            let next = if keys.len() > 1 { keys.pop() } else { None };
            Some(next.unwrap_or("new-key").to_owned())
        })
        .build()
        .unwrap();
    let _verifier = WatchedVerifier::new(client);
    eventually("the feed with the new key", || {
        let calls = service.calls();
        calls.len() > 1 && calls[1].authorization.as_deref() == Some("Bearer new-key")
    })
    .await;
}

#[tokio::test]
async fn the_feed_moves_to_another_server() {
    let servers = [
        TokenServiceStandIn::start().unwrap(),
        TokenServiceStandIn::start().unwrap(),
    ];
    let client = SecureTokenClient::builder(servers[0].target())
        .add_target(servers[1].target())
        .build()
        .unwrap();
    let verifier = WatchedVerifier::new(client);
    until_vouching(&verifier).await;
    let first = servers
        .iter()
        .position(|it| count(it, "WatchRevocations") > 0);
    let first = first.unwrap();
    servers[first].go_away();
    let other = &servers[1 - first];
    eventually("the other feed", || count(other, "WatchRevocations") > 0).await;
    until_vouching(&verifier).await;
}

#[tokio::test]
async fn a_verifier_that_is_closed_asks_about_every_token() {
    let service = TokenServiceStandIn::start().unwrap();
    let (verifier, _) = observed(&service);
    until_vouching(&verifier).await;
    let token = service.issue(reader("user-1")).unwrap();
    verifier.close().await;
    for _ in 0..2 {
        verifier.verify(&token).await.unwrap();
    }
    assert_eq!(count(&service, "ValidateToken"), 2);
}

#[tokio::test]
async fn the_feed_ends_with_the_last_clone() {
    let service = TokenServiceStandIn::start().unwrap();
    let (verifier, told) = observed(&service);
    until_vouching(&verifier).await;
    let clone = verifier.clone();
    drop(verifier);
    assert_eq!(Arc::strong_count(&told), 2);
    drop(clone);
    eventually("the end of the feed", || Arc::strong_count(&told) == 1).await;
}

#[tokio::test]
async fn bounds_are_checked() {
    let service = TokenServiceStandIn::start().unwrap();
    let refused = |options: WatchOptions| {
        let error = options.verifier(client(&service)).unwrap_err();
        error.to_string()
    };
    let millis = Duration::from_millis;
    for bound in [millis(999), millis(300_001)] {
        let text = refused(WatchOptions::default().max_staleness(bound));
        assert_eq!(text, "max_staleness must be 1 second to 5 minutes");
    }
    for entries in [0, 10_000_001] {
        let text = refused(WatchOptions::default().max_entries(entries));
        assert_eq!(text, "max_entries must be 1 to 10,000,000");
    }
    let text = refused(WatchOptions::default().max_bytes(1_048_575));
    assert_eq!(text, "max_bytes must be 1,048,576 at least");
}
