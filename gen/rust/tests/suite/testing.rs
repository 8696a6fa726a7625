//! The service in memory that the crate brings for its users' tests.

use std::time::Duration;

use secure_token_client::testing::TokenServiceStandIn;
use secure_token_client::{
    Error, NewToken, RefreshOptions, RevocationFilter, RevocationOutcome, RevocationTarget,
    TokenState,
};
use serde_json::json;

use crate::watch::client;

#[tokio::test]
async fn a_token_is_valid_until_it_expires_or_is_revoked() {
    let service = TokenServiceStandIn::start().unwrap();
    let client = client(&service);
    let data = json!({"team": "red", "level": 3});
    let new = NewToken::for_user("user-1")
        .permission("notes:read")
        .expires_in(Duration::from_secs(60))
        .additional_data(data.as_object().unwrap().clone());
    let token = service.issue(new.clone()).unwrap();
    let claims = client.validate_token(&token).await.unwrap();
    assert_eq!(claims.user_id, "user-1");
    assert_eq!(claims.permissions, ["notes:read"]);
    assert_eq!(json!(claims.additional_data), data);
    assert_eq!(claims.session_id, claims.token_id);
    service.advance(Duration::from_secs(61));
    let expired = client.validate_token(&token).await.unwrap_err();
    let Error::TokenExpired { expired_at, .. } = expired else {
        panic!("{expired:?}");
    };
    assert_eq!(expired_at, Some(claims.expires_at));
    let token = service.issue(new).unwrap();
    service.revoke(&token);
    let revoked = client.validate_token(&token).await.unwrap_err();
    assert_eq!(revoked.facts().unwrap().reason, "TOKEN_REVOKED");
    let unknown = client.validate_token("no token").await.unwrap_err();
    assert_eq!(unknown.facts().unwrap().reason, "TOKEN_MALFORMED");
}

#[tokio::test]
async fn a_token_may_expire_at_once() {
    let service = TokenServiceStandIn::start().unwrap();
    let token = service.issue(NewToken::for_user("user-1")).unwrap();
    service.expire(&token);
    let expired = client(&service).validate_token(&token).await;
    assert!(matches!(expired, Err(Error::TokenExpired { .. })));
}

#[tokio::test]
async fn every_call_but_the_configuration_is_served() {
    let service = TokenServiceStandIn::start().unwrap();
    let client = client(&service);
    let new = NewToken::for_user("user-1").permission("notes:read");
    let token = client.generate_token(new).await.unwrap().token;
    client.check_permission(&token, "notes:read").await.unwrap();
    let denied = client.check_permission(&token, "notes:write").await;
    assert!(matches!(denied, Err(Error::PermissionDenied { .. })));
    let held = client.check_permissions(&token, ["notes:read", "notes:write"]);
    let held: Vec<_> = held.await.unwrap().iter().map(|it| it.granted).collect();
    assert_eq!(held, [true, false]);
    let renewed = client.refresh_token(&token, RefreshOptions::new().revoke_old());
    let renewed = renewed.await.unwrap();
    let info = client.get_token_info(&renewed.token).await.unwrap();
    assert_eq!(info.claims.session_id, renewed.session_id);
    let state = client.introspect_token(&token).await.unwrap().state;
    assert_eq!(state, TokenState::Revoked);
    let both = client.batch_validate_tokens([&token, &renewed.token]);
    let both: Vec<_> = both.await.unwrap().iter().map(Result::is_ok).collect();
    assert_eq!(both, [false, true]);
    let session = RevocationTarget::session(renewed.session_id);
    let outcomes = client.revoke_tokens([session], "lost").await.unwrap();
    assert_eq!(outcomes, [RevocationOutcome::Revoked]);
    client.validate_token(&renewed.token).await.unwrap_err();
    let listed = client.list_revocations(RevocationFilter::default());
    let page = listed.await.unwrap();
    assert_eq!(page.revocations.len(), 2);
    assert_eq!(page.revocations[0].reason, "lost");
    let none = client.export_config().await.unwrap_err();
    assert_eq!(none.code(), tonic::Code::Unimplemented);
    assert_eq!(service.calls()[..2], ["GenerateToken", "CheckPermission"]);
}

#[tokio::test]
async fn it_goes_away_and_comes_back_with_what_it_knew() {
    let service = TokenServiceStandIn::start().unwrap();
    let client = client(&service);
    let short = client.with_deadline(Duration::from_millis(300)).unwrap();
    let token = service.issue(NewToken::for_user("user-1")).unwrap();
    client.validate_token(&token).await.unwrap();
    service.go_away();
    let refused = short.validate_token(&token).await.unwrap_err();
    assert!(!refused.is_token_error(), "{refused}");
    service.revoke_session(&token); // no session is named so
    service.come_back().unwrap();
    service.come_back().unwrap();
    client.validate_token(&token).await.unwrap();
    service.revoke_user("user-1");
    client.validate_token(&token).await.unwrap_err();
}
