//! The client.

use std::sync::Arc;
use std::time::Duration;

use tonic::service::interceptor::InterceptedService;

use crate::api_key::ApiKey;
use crate::builder::{BuildError, Builder, checked_deadline};
use crate::call::{Retry, call};
use crate::call_hook::CallHook;
use crate::error::Error;
use crate::options::{NewToken, RefreshOptions};
use crate::proto::securetoken::v1 as pb;
use crate::proto::securetoken::v1::token_service_client::TokenServiceClient;
use crate::responses;
use crate::results::{
    Claims, Introspection, IssuedToken, PermissionResult, ServerConfig, TokenInfo,
};
use crate::servers::Servers;
use crate::token::sendable;

/// A batch of the largest claims is larger than tonic's default of 4 MiB.
pub(crate) const MAX_RESPONSE_BYTES: usize = 16 * 1024 * 1024;

/// The generated client: messages as they are on the wire, every error a [`tonic::Status`].
pub type RawClient = TokenServiceClient<InterceptedService<Servers, ApiKey>>;

/// Calls a token service. Clones are cheap and share one connection a server.
///
/// What is wrong with a token or a request is one of the first four kinds of [`Error`]; the others
/// say nothing about a token. A call is tried again until its deadline while the server cannot be
/// reached or is UNAVAILABLE; [`generate_token`](Self::generate_token) and
/// [`refresh_token`](Self::refresh_token) only where the server has not seen the call, or refused it
/// unprocessed.
#[derive(Clone, Debug)]
pub struct SecureTokenClient {
    pub(crate) raw: RawClient,
    pub(crate) servers: Servers,
    pub(crate) api_key: ApiKey,
    pub(crate) deadline: Duration,
    pub(crate) call_hook: CallHook,
    /// What calls about tokens require; empty for none.
    audience: Arc<str>,
    /// Whether a call that is beyond this client's rate waits until the server takes it.
    pub(crate) waits_for_rate: bool,
}

impl SecureTokenClient {
    /// Sets up a client of `http://host[:port]`, `https://host[:port]`, or `host:port`, which is TLS
    /// unless [`Builder::insecure`] is given.
    pub fn builder(target: impl Into<String>) -> Builder {
        Builder::new(target.into())
    }

    pub(crate) fn new(
        servers: Servers,
        api_key: ApiKey,
        deadline: Duration,
        call_hook: CallHook,
    ) -> Self {
        let raw = TokenServiceClient::with_interceptor(servers.clone(), api_key.clone())
            .max_decoding_message_size(MAX_RESPONSE_BYTES);
        Self {
            raw,
            servers,
            api_key,
            deadline,
            call_hook,
            audience: Arc::default(),
            waits_for_rate: true,
        }
    }

    /// The same client with another deadline, on the same connections.
    ///
    /// # Errors
    /// For a deadline that is zero or above 60 seconds, which no server takes.
    pub fn with_deadline(&self, deadline: Duration) -> Result<Self, BuildError> {
        Ok(Self {
            deadline: checked_deadline(deadline)?,
            ..self.clone()
        })
    }

    /// The same client, on the same connections, for a service that takes no tokens but its own:
    /// [`validate_token`](Self::validate_token), [`check_permission`](Self::check_permission),
    /// [`check_permissions`](Self::check_permissions), [`batch_validate_tokens`](Self::batch_validate_tokens),
    /// and layers and verifiers over it refuse a token that does not name the audience, compared exactly, and
    /// one that names none: [`Error::InvalidToken`] with the reason `AUDIENCE_MISMATCH`.
    ///
    /// # Errors
    /// For an empty audience, which would require none.
    pub fn with_audience(&self, audience: impl Into<Arc<str>>) -> Result<Self, BuildError> {
        Ok(Self {
            audience: checked_audience(audience.into())?,
            ..self.clone()
        })
    }

    /// What [`with_audience`](Self::with_audience) requires.
    pub(crate) fn required_audience(&self) -> Option<&str> {
        Some(&*self.audience).filter(|audience| !audience.is_empty())
    }

    /// The same, whose calls fail at once where they are beyond this client's rate: who asks for its own
    /// callers would hold them up, for the tokens of others.
    pub(crate) fn without_waiting_for_rate(&self) -> Self {
        Self {
            waits_for_rate: false,
            ..self.clone()
        }
    }

    /// The generated client, on the same connections and with the same API key.
    pub fn raw(&self) -> RawClient {
        self.raw.clone()
    }

    /// Issues a token.
    ///
    /// # Errors
    /// [`Error::Token`] naming the input that breaks its rule.
    pub async fn generate_token(&self, new: NewToken) -> Result<IssuedToken, Error> {
        let request = new.into_message()?;
        let response = call(
            self,
            "GenerateToken",
            Retry::Unprocessed,
            request,
            |request| {
                let mut raw = self.raw();
                async move { raw.generate_token(request).await }
            },
        );
        responses::issued(response.await?, "")
    }

    /// A valid token's claims.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] or [`Error::TokenExpired`].
    pub async fn validate_token(&self, token: impl Into<String>) -> Result<Claims, Error> {
        self.claims_of(token.into(), || ()).await
    }

    /// As [`validate_token`](Self::validate_token), and calls `begins` as each try begins.
    pub(crate) async fn claims_of(
        &self,
        token: String,
        begins: impl Fn(),
    ) -> Result<Claims, Error> {
        let request = pb::ValidateTokenRequest {
            token: sendable(token),
            audience: self.audience.to_string(),
        };
        let response = call(self, "ValidateToken", Retry::Safe, request, |request| {
            begins();
            let mut raw = self.raw();
            async move { raw.validate_token(request).await }
        });
        let response = response.await?;
        responses::checked(&self.audience, &response.checked_audience)?;
        responses::valid(response)
    }

    /// Succeeds when the token is valid and holds the permission, compared exactly.
    ///
    /// # Errors
    /// [`Error::PermissionDenied`] when it does not hold it; [`Error::Token`] when the permission is
    /// longer than 128 code points; else as [`validate_token`](Self::validate_token).
    pub async fn check_permission(
        &self,
        token: impl Into<String>,
        required_permission: impl Into<String>,
    ) -> Result<(), Error> {
        let request = pb::CheckPermissionRequest {
            token: sendable(token.into()),
            required_permission: required_permission.into(),
            audience: self.audience.to_string(),
        };
        let response = call(self, "CheckPermission", Retry::Safe, request, |request| {
            let mut raw = self.raw();
            async move { raw.check_permission(request).await }
        });
        let response = response.await?;
        responses::checked(&self.audience, &response.checked_audience)?;
        responses::confirmed(response.granted, "lacks granted")
    }

    /// For each of at most 256 permissions, in order, whether the token holds it.
    ///
    /// # Errors
    /// [`Error::Token`] for too many or too long permissions; else as
    /// [`validate_token`](Self::validate_token).
    pub async fn check_permissions<P: Into<String>>(
        &self,
        token: impl Into<String>,
        permissions: impl IntoIterator<Item = P>,
    ) -> Result<Vec<PermissionResult>, Error> {
        let permissions: Vec<String> = permissions.into_iter().map(Into::into).collect();
        let asked = permissions.len();
        let request = pb::CheckPermissionsRequest {
            token: sendable(token.into()),
            permissions,
            audience: self.audience.to_string(),
        };
        let response = call(self, "CheckPermissions", Retry::Safe, request, |request| {
            let mut raw = self.raw();
            async move { raw.check_permissions(request).await }
        });
        let response = response.await?;
        responses::checked(&self.audience, &response.checked_audience)?;
        let results = response.results;
        responses::confirmed(results.len() == asked, "holds another number of results")?;
        let to_result = |result: pb::PermissionResult| PermissionResult {
            permission: result.permission,
            granted: result.granted,
        };
        Ok(results.into_iter().map(to_result).collect())
    }

    /// Validates up to 1,000 tokens, of 1 MiB in all: 127 of the longest. What is wrong with one is its own
    /// result, in the tokens' order.
    ///
    /// # Errors
    /// [`Error::Token`] for more than 1,000; [`Error::Rpc`] with RESOURCE_EXHAUSTED for more than 1 MiB.
    pub async fn batch_validate_tokens<T: Into<String>>(
        &self,
        tokens: impl IntoIterator<Item = T>,
    ) -> Result<Vec<Result<Claims, Error>>, Error> {
        let tokens = tokens.into_iter().map(|token| sendable(token.into()));
        let answers = self.ask_about(tokens.collect(), || ()).await?;
        let result = |answer| responses::batch_result(answer, &self.audience);
        answers.into_iter().map(result).collect()
    }

    /// As [`batch_validate_tokens`](Self::batch_validate_tokens), of sendable tokens; an answer that is no
    /// fact about its token is no other token's fault. Calls `begins` as each try begins.
    pub(crate) async fn batch_answers(
        &self,
        tokens: Vec<String>,
        begins: impl Fn(),
    ) -> Result<Vec<Result<Claims, Error>>, Error> {
        let answers = self.ask_about(tokens, begins).await?.into_iter();
        let own = answers.map(|answer| responses::batch_result(answer, &self.audience)?);
        Ok(own.collect())
    }

    async fn ask_about(
        &self,
        tokens: Vec<String>,
        begins: impl Fn(),
    ) -> Result<Vec<pb::BatchValidateTokensResult>, Error> {
        let asked = tokens.len();
        let request = pb::BatchValidateTokensRequest {
            tokens,
            audience: self.audience.to_string(),
        };
        let response = call(
            self,
            "BatchValidateTokens",
            Retry::Safe,
            request,
            |request| {
                begins();
                let mut raw = self.raw();
                async move { raw.batch_validate_tokens(request).await }
            },
        );
        let results = response.await?.results;
        responses::confirmed(results.len() == asked, "holds another number of results")?;
        Ok(results)
    }

    /// A new token with the user, permissions, additional data, audiences and session of a valid one,
    /// which stays valid unless the options say otherwise.
    ///
    /// # Errors
    /// [`Error::Token`] for a lifetime out of range, and for revoking where the server keeps no
    /// revocations; else as [`validate_token`](Self::validate_token).
    pub async fn refresh_token(
        &self,
        token: impl Into<String>,
        options: RefreshOptions,
    ) -> Result<IssuedToken, Error> {
        let request = options.into_message(token.into())?;
        let response = call(
            self,
            "RefreshToken",
            Retry::Unprocessed,
            request,
            |request| {
                let mut raw = self.raw();
                async move { raw.refresh_token(request).await }
            },
        );
        responses::refreshed(response.await?)
    }

    /// All that is known of a valid token.
    ///
    /// # Errors
    /// As [`validate_token`](Self::validate_token).
    pub async fn get_token_info(&self, token: impl Into<String>) -> Result<TokenInfo, Error> {
        let request = pb::GetTokenInfoRequest {
            token: sendable(token.into()),
        };
        let response = call(self, "GetTokenInfo", Retry::Safe, request, |request| {
            let mut raw = self.raw();
            async move { raw.get_token_info(request).await }
        });
        responses::info(response.await?)
    }

    /// A token's state. Never fails because of the token.
    ///
    /// # Errors
    /// [`Error::Rpc`].
    pub async fn introspect_token(&self, token: impl Into<String>) -> Result<Introspection, Error> {
        let request = pb::IntrospectTokenRequest {
            token: sendable(token.into()),
        };
        let response = call(self, "IntrospectToken", Retry::Safe, request, |request| {
            let mut raw = self.raw();
            async move { raw.introspect_token(request).await }
        });
        responses::introspection(response.await?)
    }

    /// How the server makes tokens, without any key material.
    ///
    /// # Errors
    /// [`Error::Rpc`].
    pub async fn export_config(&self) -> Result<ServerConfig, Error> {
        let request = pb::ExportConfigRequest {};
        let response = call(self, "ExportConfig", Retry::Safe, request, |request| {
            let mut raw = self.raw();
            async move { raw.export_config(request).await }
        });
        responses::server_config(response.await?)
    }
}

/// An audience that requires something.
pub(crate) fn checked_audience(audience: Arc<str>) -> Result<Arc<str>, BuildError> {
    if audience.is_empty() {
        return Err(BuildError::new("the audience is empty"));
    }
    Ok(audience)
}
