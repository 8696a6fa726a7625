//! A real server: `SECURE_TOKEN_TARGET=127.0.0.1:8080 cargo test --all-features`, with
//! `SECURE_TOKEN_API_KEY` where it wants one.

use std::env;
use std::time::{Duration, SystemTime};

use secure_token_client::{Error, NewToken, RefreshOptions, SecureTokenClient, TokenState};
use serde_json::json;

fn client() -> Option<SecureTokenClient> {
    let Ok(target) = env::var("SECURE_TOKEN_TARGET") else {
        eprintln!("skipped: SECURE_TOKEN_TARGET is not set");
        return None;
    };
    let mut builder = SecureTokenClient::builder(format!("http://{target}"));
    if let Ok(key) = env::var("SECURE_TOKEN_API_KEY") {
        builder = builder.api_key(key);
    }
    Some(builder.build().unwrap())
}

#[tokio::test]
async fn a_token_lives_and_ends() {
    let Some(client) = client() else { return };
    let data = json!({"role": "editor", "n": [1, 0.5]})
        .as_object()
        .unwrap()
        .clone();
    let new = NewToken::for_user("user-1")
        .permissions(["notes:read", "notes:write", "notes:read"])
        .expires_in(Duration::from_millis(1500))
        .additional_data(data.clone());
    let issued = client.generate_token(new).await.unwrap();
    assert_eq!(
        issued.expires_at,
        issued.issued_at + Duration::from_millis(1500)
    );

    let claims = client.validate_token(&issued.token).await.unwrap();
    assert_eq!(claims.permissions, ["notes:read", "notes:write"]);
    assert_eq!(
        (claims.issued_at, &claims.additional_data),
        (issued.issued_at, &data)
    );
    assert!(claims.time_remaining <= Duration::from_millis(1500));
    client
        .check_permission(&issued.token, "notes:read")
        .await
        .unwrap();
    let error = client
        .check_permission(&issued.token, "notes:delete")
        .await
        .unwrap_err();
    let Error::PermissionDenied {
        required_permission,
        ..
    } = error
    else {
        panic!("{error:?}")
    };
    assert_eq!(required_permission, "notes:delete");

    let options = RefreshOptions::new().expires_in_hours(0.5);
    let renewed = client.refresh_token(&issued.token, options).await.unwrap();
    assert_eq!(renewed.session_id, issued.session_id);
    assert_eq!(
        renewed.expires_at,
        renewed.issued_at + Duration::from_secs(1800)
    );

    tokio::time::sleep(Duration::from_millis(1700)).await;
    let error = client.validate_token(&issued.token).await.unwrap_err();
    let Error::TokenExpired { expired_at, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(expired_at, Some(issued.expires_at));
    let state = client.introspect_token(&issued.token).await.unwrap().state;
    assert_eq!(state, TokenState::Expired);
    let batch = client
        .batch_validate_tokens([&issued.token, &renewed.token, "x"])
        .await
        .unwrap();
    let kinds = batch
        .iter()
        .map(|it| it.as_ref().err().and_then(Error::kind));
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        [Some("TOKEN_EXPIRED"), None, Some("INVALID_TOKEN")]
    );
}

#[tokio::test]
async fn a_server_describes_itself() {
    let Some(client) = client() else { return };
    let config = client.export_config().await.unwrap();
    assert_eq!(config.algorithm, "Fernet-PBKDF2-SHA256");
    let issued = client
        .generate_token(NewToken::for_user("user-1"))
        .await
        .unwrap();
    let info = client.get_token_info(&issued.token).await.unwrap();
    assert_eq!(info.claims.key_id, config.keys[0].key_id);
    assert!(info.claims.issued_at <= SystemTime::now() + Duration::from_secs(1));
}
