//! A token service in this process, which does what a test says and answers with canned messages.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use prost_types::{Duration, Timestamp};
use secure_token_client::SecureTokenClient;
use secure_token_client::proto::securetoken::v1::token_service_server::{
    TokenService, TokenServiceServer,
};
use secure_token_client::proto::securetoken::v1::*;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Server, ServerTlsConfig};
use tonic::{Request, Response, Status};

/// What a test sees of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The RPC's name.
    pub rpc: &'static str,
    /// The token, where the RPC has one.
    pub token: String,
    /// The `authorization` header.
    pub authorization: Option<String>,
    /// The `grpc-timeout` header.
    pub timeout: Option<String>,
    /// How many calls there were, this one included.
    pub number: usize,
}

type Rule = dyn Fn(&Call) -> Result<(), Status> + Send + Sync;

/// A service that answers when its rule lets it, and remembers its calls.
#[derive(Clone)]
pub struct StandIn {
    rule: Arc<Rule>,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl StandIn {
    pub fn new(rule: impl Fn(&Call) -> Result<(), Status> + Send + Sync + 'static) -> Self {
        Self {
            rule: Arc::new(rule),
            calls: Arc::default(),
        }
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// Serves on a free port until the test's runtime ends.
    pub async fn serve(&self, tls: Option<ServerTlsConfig>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut server = Server::builder();
        if let Some(tls) = tls {
            server = server.tls_config(tls).unwrap();
        }
        let routes = server.add_service(TokenServiceServer::new(self.clone()));
        tokio::spawn(routes.serve_with_incoming(TcpListenerStream::new(listener)));
        address
    }

    /// A client of this service over plaintext.
    pub async fn client(&self) -> SecureTokenClient {
        let address = self.serve(None).await;
        SecureTokenClient::builder(format!("http://{address}"))
            .connect()
            .await
            .unwrap()
    }

    fn note<M>(&self, rpc: &'static str, token: &str, request: &Request<M>) -> Result<(), Status> {
        let header = |name| {
            let value = request.metadata().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        let call = {
            let mut calls = self.calls.lock().unwrap();
            let call = Call {
                rpc,
                token: token.to_owned(),
                authorization: header("authorization"),
                timeout: header("grpc-timeout"),
                number: calls.len() + 1,
            };
            calls.push(call.clone());
            call
        };
        (self.rule)(&call)
    }
}

/// 2030-01-02T03:04:05.678901Z, and what a valid token holds. A token named `writer` may write, one
/// named `short` has a tenth of a second left, and of one named `renewed` the session's start is told.
pub fn claims(token: &str) -> TokenClaims {
    let issued = Timestamp {
        seconds: 1_893_553_445,
        nanos: 678_901_000,
    };
    let short = token == "short";
    TokenClaims {
        token_id: "id-1".into(),
        user_id: "user-1".into(),
        permissions: match token {
            "writer" => vec!["notes:read".into(), "notes:write".into()],
            _ => vec!["notes:read".into()],
        },
        expires_at: Some(Timestamp {
            seconds: issued.seconds + 3600,
            ..issued
        }),
        issued_at: Some(issued),
        time_remaining: Some(Duration {
            seconds: if short { 0 } else { 3600 },
            nanos: if short { 100_000_000 } else { 0 },
        }),
        additional_data: None,
        additional_data_json: match token {
            "exact" => r#"{"u64":18446744073709551615}"#.into(),
            "broken-json" => "{".into(),
            "list-json" => "[]".into(),
            _ => String::new(),
        },
        session_id: "id-0".into(),
        key_id: "key-1".into(),
        session_started_at: (token == "renewed").then_some(Timestamp {
            seconds: issued.seconds - 3600,
            ..issued
        }),
        ..Default::default()
    }
}

/// Of a token named `empty`, an answer is an empty message.
fn answer<M: Default>(token: &str, message: M) -> Result<Response<M>, Status> {
    Ok(Response::new(if token == "empty" {
        M::default()
    } else {
        message
    }))
}

#[tonic::async_trait]
impl TokenService for StandIn {
    async fn generate_token(
        &self,
        request: Request<GenerateTokenRequest>,
    ) -> Result<Response<GenerateTokenResponse>, Status> {
        self.note("GenerateToken", "", &request)?;
        let request = request.into_inner();
        let held = claims("");
        let response = GenerateTokenResponse {
            token: "made".into(),
            token_id: held.token_id,
            user_id: request.user_id.clone(),
            permissions: request.permissions,
            issued_at: held.issued_at,
            expires_at: held.expires_at,
            additional_data: request.additional_data,
            session_id: "id-1".into(),
            key_id: held.key_id,
            ..Default::default()
        };
        answer(&request.user_id, response)
    }

    async fn validate_token(
        &self,
        request: Request<ValidateTokenRequest>,
    ) -> Result<Response<ValidateTokenResponse>, Status> {
        let token = request.get_ref().token.clone();
        self.note("ValidateToken", &token, &request)?;
        let held = claims(&token);
        let response = ValidateTokenResponse {
            valid: true,
            token_id: held.token_id,
            user_id: held.user_id,
            permissions: held.permissions,
            issued_at: held.issued_at,
            expires_at: held.expires_at,
            time_remaining: held.time_remaining,
            additional_data: held.additional_data,
            additional_data_json: held.additional_data_json,
            session_id: held.session_id,
            key_id: held.key_id,
            session_started_at: held.session_started_at,
            ..Default::default()
        };
        answer(&token, response)
    }

    async fn check_permission(
        &self,
        request: Request<CheckPermissionRequest>,
    ) -> Result<Response<CheckPermissionResponse>, Status> {
        let token = request.get_ref().token.clone();
        self.note("CheckPermission", &token, &request)?;
        let response = CheckPermissionResponse {
            granted: true,
            ..Default::default()
        };
        answer(&token, response)
    }

    async fn check_permissions(
        &self,
        request: Request<CheckPermissionsRequest>,
    ) -> Result<Response<CheckPermissionsResponse>, Status> {
        let token = request.get_ref().token.clone();
        self.note("CheckPermissions", &token, &request)?;
        let permissions = request.into_inner().permissions.into_iter();
        let results = permissions.map(|permission| PermissionResult {
            granted: permission == "notes:read",
            permission,
        });
        answer(
            &token,
            CheckPermissionsResponse {
                results: results.collect(),
                ..Default::default()
            },
        )
    }

    async fn batch_validate_tokens(
        &self,
        request: Request<BatchValidateTokensRequest>,
    ) -> Result<Response<BatchValidateTokensResponse>, Status> {
        self.note("BatchValidateTokens", "", &request)?;
        let tokens = request.into_inner().tokens;
        let results = tokens.iter().map(|token| BatchValidateTokensResult {
            result: match token.as_str() {
                "missing" => None,
                "unavailable" => Some(batch_validate_tokens_result::Result::Error(
                    secure_token_client::proto::google::rpc::Status {
                        code: 14,
                        ..Default::default()
                    },
                )),
                _ => Some(batch_validate_tokens_result::Result::Claims(claims(token))),
            },
        });
        let first = tokens.first().map_or("", String::as_str);
        answer(
            first,
            BatchValidateTokensResponse {
                results: results.collect(),
            },
        )
    }

    async fn refresh_token(
        &self,
        request: Request<RefreshTokenRequest>,
    ) -> Result<Response<RefreshTokenResponse>, Status> {
        let token = request.get_ref().token.clone();
        self.note("RefreshToken", &token, &request)?;
        let held = claims(&token);
        let response = RefreshTokenResponse {
            token: "renewed".into(),
            token_id: held.token_id,
            user_id: held.user_id,
            permissions: held.permissions,
            issued_at: held.issued_at,
            expires_at: held.expires_at,
            additional_data: held.additional_data,
            additional_data_json: held.additional_data_json,
            session_id: "id-0".into(),
            clamped: true,
            key_id: held.key_id,
            ..Default::default()
        };
        answer(&token, response)
    }

    async fn get_token_info(
        &self,
        request: Request<GetTokenInfoRequest>,
    ) -> Result<Response<GetTokenInfoResponse>, Status> {
        let token = request.get_ref().token.clone();
        self.note("GetTokenInfo", &token, &request)?;
        let held = claims(&token);
        let response = GetTokenInfoResponse {
            valid: true,
            token_id: held.token_id,
            user_id: held.user_id,
            permissions: held.permissions,
            created_at: held.issued_at,
            session_started_at: held.issued_at,
            issued_at: held.issued_at,
            expires_at: held.expires_at,
            time_remaining: held.time_remaining,
            is_revoked: token == "revoked",
            key_id: "key-1".into(),
            session_id: "id-0".into(),
            ..Default::default()
        };
        answer(&token, response)
    }

    async fn introspect_token(
        &self,
        request: Request<IntrospectTokenRequest>,
    ) -> Result<Response<IntrospectTokenResponse>, Status> {
        let token = request.get_ref().token.clone();
        self.note("IntrospectToken", &token, &request)?;
        let state = match token.as_str() {
            "invalid" => TokenState::Invalid as i32,
            "future" => 99,
            _ => TokenState::Active as i32,
        };
        let key_id = "key-1".into();
        answer(
            &token,
            IntrospectTokenResponse {
                state,
                claims: Some(claims(&token)),
                key_id,
            },
        )
    }

    async fn revoke_tokens(
        &self,
        request: Request<RevokeTokensRequest>,
    ) -> Result<Response<RevokeTokensResponse>, Status> {
        self.note("RevokeTokens", "", &request)?;
        let request = request.into_inner();
        let results = request.targets.iter().map(|target| RevocationResult {
            outcome: match &target.target {
                Some(revocation_target::Target::Token(token)) if token == "forged" => 3,
                Some(revocation_target::Target::TokenId(_)) => 2,
                Some(revocation_target::Target::SessionId(id)) if id == "future" => 99,
                _ => 1,
            },
        });
        answer(
            &request.reason,
            RevokeTokensResponse {
                results: results.collect(),
            },
        )
    }

    async fn list_revocations(
        &self,
        request: Request<ListRevocationsRequest>,
    ) -> Result<Response<ListRevocationsResponse>, Status> {
        self.note("ListRevocations", "", &request)?;
        let held = claims("");
        let entry = |target| Revocation {
            target: Some(target),
            issued_before: None,
            expires_at: held.expires_at,
            revoked_at: held.issued_at,
            reason: "lost".into(),
        };
        let response = ListRevocationsResponse {
            revocations: vec![
                entry(revocation::Target::TokenId("id-1".into())),
                entry(revocation::Target::Everything(true)),
            ],
            next_page_token: "more".into(),
        };
        answer("", response)
    }

    type WatchRevocationsStream = tokio_stream::Empty<Result<WatchRevocationsResponse, Status>>;

    async fn watch_revocations(
        &self,
        request: Request<WatchRevocationsRequest>,
    ) -> Result<Response<Self::WatchRevocationsStream>, Status> {
        self.note("WatchRevocations", "", &request)?;
        Ok(Response::new(tokio_stream::empty()))
    }

    async fn export_config(
        &self,
        request: Request<ExportConfigRequest>,
    ) -> Result<Response<ExportConfigResponse>, Status> {
        self.note("ExportConfig", "", &request)?;
        let key = |key_id: &str, state| KeyInfo {
            key_id: key_id.into(),
            state,
        };
        let response = ExportConfigResponse {
            algorithm: "Fernet-PBKDF2-SHA256".into(),
            version: "1.0".into(),
            iterations: 600_000,
            salt: vec![1; 16],
            default_expires_in: Some(Duration {
                seconds: 86_400,
                nanos: 0,
            }),
            keys: vec![key("key-1", KeyState::Primary as i32), key("key-2", 99)],
            server_version: "0.1.0".into(),
            caller: "gateway".into(),
            caller_rpcs: vec!["ExportConfig".into()],
        };
        answer("", response)
    }
}
