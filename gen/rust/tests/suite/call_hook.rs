//! The hook of calls is told of each once, and decides nothing.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Request, Response, StatusCode};
use secure_token_client::middleware::TokenLayer;
use secure_token_client::testing::TokenServiceStandIn;
use secure_token_client::{EndedCall, Error, NewToken, SecureTokenClient};
use tonic::Code;
use tower::{Layer, ServiceExt, service_fn};

type Told = Arc<Mutex<Vec<EndedCall>>>;

fn telling(service: &TokenServiceStandIn) -> (SecureTokenClient, Told) {
    let told = Told::default();
    let hook = Arc::clone(&told);
    let client = SecureTokenClient::builder(service.target())
        .default_deadline(Duration::from_secs(50))
        .on_call(move |call| hook.lock().unwrap().push(*call))
        .build()
        .unwrap();
    (client, told)
}

fn names(told: &Told) -> Vec<String> {
    let calls = told.lock().unwrap();
    let name = |call: &EndedCall| format!("{} {}", call.method, call.code_name());
    calls.iter().map(name).collect()
}

#[tokio::test]
async fn each_call_is_told_once() {
    let service = TokenServiceStandIn::start().unwrap();
    let (client, told) = telling(&service);
    let new = NewToken::for_user("ada").permission("notes:read");
    let token = service.issue(new).unwrap();
    client.clone().validate_token(&token).await.unwrap();
    let denied = client.check_permission(&token, "notes:write").await;
    assert!(matches!(denied, Err(Error::PermissionDenied { .. })));
    service.go_away();
    // Tried again until its deadline.
    let hasty = client.with_deadline(Duration::from_millis(300)).unwrap();
    let gone = hasty.validate_token(&token).await.unwrap_err();
    // Dropped before its end.
    drop(tokio::time::timeout(Duration::ZERO, client.export_config()).await);
    let expected = [
        "ValidateToken OK",
        "CheckPermission PERMISSION_DENIED",
        "ValidateToken UNAVAILABLE",
        "ExportConfig CANCELLED",
    ];
    let mut names = names(&told);
    if gone.status().unwrap().code() == Code::DeadlineExceeded {
        // A busy machine did not come to refuse the connection within the deadline.
        names[2] = names[2].replace("DEADLINE_EXCEEDED", "UNAVAILABLE");
    }
    assert_eq!(names, expected);
    let calls = told.lock().unwrap();
    assert!(calls[0].duration > Duration::ZERO);
    assert!(!format!("{calls:?}").contains(&token));
}

#[tokio::test]
async fn a_hook_that_panics_changes_nothing() {
    let service = TokenServiceStandIn::start().unwrap();
    let client = SecureTokenClient::builder(service.target())
        .on_call(|_| panic!("the hook's own"))
        .build()
        .unwrap();
    let token = service.issue(NewToken::for_user("ada")).unwrap();
    assert_eq!(client.validate_token(&token).await.unwrap().user_id, "ada");
}

#[tokio::test]
async fn a_cache_tells_of_hits() {
    let service = TokenServiceStandIn::start().unwrap();
    let (client, told) = telling(&service);
    let hits = Arc::new(AtomicUsize::new(0));
    let hook = Arc::clone(&hits);
    let layer = TokenLayer::new(client)
        .cache(Duration::from_secs(30), 10)
        .on_cache_hit(move || {
            hook.fetch_add(1, Ordering::Relaxed);
            panic!("the hook's own");
        });
    let token = service.issue(NewToken::for_user("ada")).unwrap();
    for _ in 0..3 {
        let inner = service_fn(|_: Request<()>| async { Ok::<_, Infallible>(Response::new(())) });
        let request = Request::builder().header("authorization", format!("Bearer {token}"));
        let answer = layer.layer(inner).oneshot(request.body(()).unwrap()).await;
        assert_eq!(answer.unwrap().status(), StatusCode::OK);
    }
    assert_eq!(hits.load(Ordering::Relaxed), 2);
    assert_eq!(names(&told), ["ValidateToken OK"]);
}
