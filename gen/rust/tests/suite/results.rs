//! Answers as results, and answers that are none.

use std::time::{Duration, UNIX_EPOCH};

use secure_token_client::{
    Error, KeyState, NewToken, RefreshOptions, SecureTokenClient, TokenState,
};
use serde_json::{Map, Value, json};
use tonic::Code;

use crate::stand_in::StandIn;

async fn client() -> SecureTokenClient {
    StandIn::new(|_| Ok(())).client().await
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

#[tokio::test]
async fn claims_are_exact() {
    let claims = client().await.validate_token("exact").await.unwrap();
    assert_eq!(
        claims.issued_at,
        UNIX_EPOCH + Duration::new(1_893_553_445, 678_901_000)
    );
    assert_eq!(
        claims.expires_at,
        claims.issued_at + Duration::from_secs(3600)
    );
    assert_eq!(claims.time_remaining_text(), "1:00:00");
    assert_eq!(
        claims.additional_data["u64"].to_string(),
        "18446744073709551615"
    );
    assert!(claims.has_permission("notes:read"));
    assert!(!claims.has_permission("notes"));
    assert_eq!(claims.session_started_at, claims.issued_at); // a server too old to tell it
    let renewed = client().await.validate_token("renewed").await.unwrap();
    let hour = Duration::from_secs(3600);
    assert_eq!(renewed.session_started_at, renewed.issued_at - hour);
}

#[tokio::test]
async fn every_call_has_its_result() {
    let client = client().await;
    client.check_permission("a", "notes:read").await.unwrap();
    let results = client
        .check_permissions("a", ["notes:read", "notes:write"])
        .await
        .unwrap();
    assert_eq!(
        results
            .iter()
            .map(|result| result.granted)
            .collect::<Vec<_>>(),
        [true, false]
    );
    let batch = client.batch_validate_tokens(["a", "writer"]).await.unwrap();
    assert!(batch[1].as_ref().unwrap().has_permission("notes:write"));
    assert_eq!(
        client.batch_validate_tokens([""; 0]).await.unwrap().len(),
        0
    );
    let renewed = client
        .refresh_token("exact", RefreshOptions::new())
        .await
        .unwrap();
    assert_eq!(
        (renewed.token.as_str(), renewed.session_id.as_str()),
        ("renewed", "id-0")
    );
    assert_eq!(
        renewed.additional_data["u64"].to_string(),
        "18446744073709551615"
    );
    let info = client.get_token_info("a").await.unwrap();
    assert_eq!(
        (info.claims.key_id.as_str(), info.created_at),
        ("key-1", info.claims.issued_at)
    );
    let config = client.export_config().await.unwrap();
    assert_eq!(config.default_expires_in, Duration::from_secs(86_400));
    assert_eq!(config.keys[1].state, KeyState::Unspecified);
    assert_eq!(config.server_version, "0.1.0");
    assert_eq!(
        (config.caller.as_str(), config.caller_rpcs.len()),
        ("gateway", 1)
    );
    let active = client.introspect_token("a").await.unwrap();
    assert_eq!(
        (active.state, active.claims.is_some()),
        (TokenState::Active, true)
    );
    let invalid = client.introspect_token("invalid").await.unwrap();
    assert_eq!(
        (invalid.state, invalid.claims, invalid.key_id),
        (TokenState::Invalid, None, None)
    );
}

#[tokio::test]
async fn additional_data_comes_back_as_it_was() {
    let data = object(json!({
        "int": 3, "negative": -9_007_199_254_740_991_i64, "half": 0.5, "large": 1e300,
        "text": "\u{feff}é\u{0}", "list": [null, true, [], {}], "": {"__proto__": 1},
    }));
    let new = NewToken::for_user("user-1").additional_data(data.clone());
    let issued = client().await.generate_token(new).await.unwrap();
    assert_eq!(issued.additional_data, data);
}

#[tokio::test]
async fn what_a_struct_cannot_carry_is_refused_before_it_is_sent() {
    let server = StandIn::new(|_| Ok(()));
    let client = server.client().await;
    let deep = |levels| (1..levels).fold(json!({}), |inner, _| json!({"a": inner}));
    client
        .generate_token(NewToken::for_user("u").additional_data(object(deep(32))))
        .await
        .unwrap();
    for value in [
        json!({"n": 9_007_199_254_740_992_u64}),
        json!({"n": [i64::MIN]}),
        serde_json::from_str(r#"{"n": 123456789012345678901234567890}"#).unwrap(),
        serde_json::from_str(r#"{"n": 1e999}"#).unwrap(),
        deep(33),
    ] {
        let new = NewToken::for_user("u").additional_data(object(value.clone()));
        let error = client.generate_token(new).await.unwrap_err();
        let facts = error.facts().unwrap();
        assert_eq!(facts.reason, "ADDITIONAL_DATA_INVALID", "{value}");
        assert_eq!(facts.field, "additional_data");
        assert!(matches!(error, Error::Token { .. }));
    }
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn an_answer_that_lacks_what_every_answer_holds_is_no_result() {
    let client = client().await;
    let failures = [
        client.validate_token("empty").await.err(),
        client.validate_token("broken-json").await.err(),
        client.validate_token("list-json").await.err(),
        client.check_permission("empty", "notes:read").await.err(),
        client
            .check_permissions("empty", ["notes:read"])
            .await
            .err(),
        client.batch_validate_tokens(["empty"]).await.err(),
        client.batch_validate_tokens(["missing"]).await.err(),
        client
            .generate_token(NewToken::for_user("empty"))
            .await
            .err(),
        client
            .refresh_token("empty", RefreshOptions::new())
            .await
            .err(),
        client.get_token_info("empty").await.err(),
        client.get_token_info("revoked").await.err(),
        client.introspect_token("empty").await.err(),
        client.introspect_token("future").await.err(),
    ];
    for (number, failure) in failures.into_iter().enumerate() {
        let is_rpc = matches!(&failure, Some(Error::Rpc(it)) if it.code() == Code::Internal);
        assert!(is_rpc, "{number}: {failure:?}");
    }
    let failure = client
        .batch_validate_tokens(["a", "unavailable"])
        .await
        .unwrap_err();
    assert_eq!((failure.code(), failure.kind()), (Code::Unavailable, None));
}

#[tokio::test]
async fn debug_never_shows_a_token() {
    use secure_token_client::proto::securetoken::v1::{
        BatchValidateTokensRequest, GetTokenInfoRequest,
    };
    let issued = client()
        .await
        .generate_token(NewToken::for_user("u"))
        .await
        .unwrap();
    assert!(!format!("{issued:?}").contains("made"));
    let message = GetTokenInfoRequest {
        token: "secret".into(),
    };
    assert_eq!(
        format!("{message:?}"),
        "GetTokenInfoRequest { token: [redacted] }"
    );
    let batch = BatchValidateTokensRequest {
        tokens: vec!["secret".into()],
        ..Default::default()
    };
    assert!(!format!("{batch:?}").contains("secret"));
}
