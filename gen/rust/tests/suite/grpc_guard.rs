//! The layer before a service of tonic's.

use std::sync::Arc;

use http::Request;
use secure_token_client::middleware::{Requirement, TokenLayer};
use secure_token_client::proto::securetoken::v1::ExportConfigRequest;
use secure_token_client::proto::securetoken::v1::token_service_server::TokenServiceServer;
use secure_token_client::{Claims, SecureTokenClient};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;
use tonic::{Code, Status};
use tower::Layer;

use crate::refusals::invalid_token;
use crate::stand_in::StandIn;

/// What the layer asks.
async fn layer() -> TokenLayer {
    let tokens = StandIn::new(|call| match call.token.as_str() {
        "bad" => Err(invalid_token()),
        "down" => Err(Status::internal("internal error")),
        _ => Ok(()),
    });
    TokenLayer::new(tokens.client().await).require("notes:write")
}

async fn listen() -> (String, TcpListenerStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = format!("http://{}", listener.local_addr().unwrap());
    (target, TcpListenerStream::new(listener))
}

/// A tonic server with one guarded service. That it is a token service too is chance.
async fn guarded() -> (String, StandIn) {
    let guarded = StandIn::new(|_| Ok(()));
    let service = layer()
        .await
        .layer(TokenServiceServer::new(guarded.clone()));
    let (target, incoming) = listen().await;
    let server = Server::builder().add_service(service);
    tokio::spawn(server.serve_with_incoming(incoming));
    (target, guarded)
}

async fn call(target: &str, token: Option<&str>) -> Result<(), Status> {
    let mut builder = SecureTokenClient::builder(target);
    if let Some(token) = token {
        builder = builder.api_key(token);
    }
    let mut raw = builder.build().unwrap().raw();
    raw.export_config(ExportConfigRequest {}).await.map(|_| ())
}

#[tokio::test]
async fn answers_in_the_codes_of_grpc() {
    let (target, guarded) = guarded().await;
    let cases = [
        (None, Code::Unauthenticated, "a bearer token is required"),
        (
            Some("bad"),
            Code::Unauthenticated,
            "the bearer token is not valid",
        ),
        (
            Some("reader"),
            Code::PermissionDenied,
            "a permission is missing",
        ),
        (
            Some("down"),
            Code::Unavailable,
            "tokens cannot be checked at present",
        ),
    ];
    for (token, code, message) in cases {
        let status = call(&target, token).await.unwrap_err();
        assert_eq!((status.code(), status.message()), (code, message));
        assert!(
            status.details().is_empty(),
            "nothing of the token service's own"
        );
    }
    assert_eq!(guarded.calls().len(), 0);
    call(&target, Some("writer")).await.unwrap();
    assert_eq!(guarded.calls().len(), 1);
}

#[tokio::test]
async fn each_method_has_its_requirement() {
    let tokens = StandIn::new(|_| Ok(())).client().await;
    let rules = |rule: &str, requirement| {
        let layer = TokenLayer::new(tokens.clone());
        layer.methods([(rule.to_owned(), requirement)]).unwrap()
    };
    let service = "/securetoken.v1.TokenService/";
    let method = "/securetoken.v1.TokenService/ExportConfig";
    let write = || Requirement::any_of(["notes:write", "admin"]);
    for (layer, token, code) in [
        (rules(service, Requirement::open()), None, Code::Ok),
        (rules(service, Requirement::optional()), None, Code::Ok),
        (
            rules(service, write()),
            Some("reader"),
            Code::PermissionDenied,
        ),
        (rules(service, write()), Some("writer"), Code::Ok),
        (rules(method, write()), Some("writer"), Code::Ok),
        (
            rules("/other.Service/", Requirement::open()),
            Some("writer"),
            Code::PermissionDenied,
        ),
    ] {
        let (target, incoming) = listen().await;
        let guarded = TokenServiceServer::new(StandIn::new(|_| Ok(())));
        let server = Server::builder().layer(layer).add_service(guarded);
        tokio::spawn(server.serve_with_incoming(incoming));
        let ended = call(&target, token).await;
        assert_eq!(
            ended.as_ref().map_or_else(Status::code, |()| Code::Ok),
            code
        );
        if let Err(status) = ended {
            assert!(status.metadata().contains_key("www-authenticate"));
        }
    }
}

#[tokio::test]
async fn guards_a_whole_server_as_well() {
    let (target, incoming) = listen().await;
    let service = TokenServiceServer::new(StandIn::new(|_| Ok(())));
    let server = Server::builder().layer(layer().await).add_service(service);
    tokio::spawn(server.serve_with_incoming(incoming));
    let status = call(&target, None).await.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
    call(&target, Some("writer")).await.unwrap();
}

#[tokio::test]
async fn grpc_web_is_answered_in_its_own_content_type() {
    use tower::ServiceExt;
    let layer = TokenLayer::new(StandIn::new(|_| Err(invalid_token())).client().await);
    let service = tower::service_fn(|request: Request<()>| async move {
        let _ = request.extensions().get::<Arc<Claims>>();
        Ok::<_, std::convert::Infallible>(http::Response::new(String::new()))
    });
    let request = Request::builder()
        .header("authorization", "Bearer bad")
        .header("content-type", "application/grpc-web+proto");
    let response = layer
        .layer(service)
        .oneshot(request.body(()).unwrap())
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(
        response.headers()["content-type"],
        "application/grpc-web+proto"
    );
    assert_eq!(response.headers()["grpc-status"], "16");
}
