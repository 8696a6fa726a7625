//! The RPCs of a stand-in. They answer as the service, without its rules for arguments.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use crate::flights::lock;
use crate::proto::securetoken::v1::batch_validate_tokens_result::Result as BatchResult;
use crate::proto::securetoken::v1::token_service_server::TokenService;
use crate::proto::securetoken::v1::*;

use super::feed::{Feed, follow};
use super::refusal::Refusal;
use super::tokens::{KEY_ID, Tokens};

/// Answers from the tokens of a stand-in.
pub(super) struct StandInService(pub(super) Arc<Tokens>);

impl StandInService {
    fn note(&self, rpc: &'static str) {
        lock(&self.0.calls).push(rpc);
    }

    fn asked(&self, rpc: &'static str, token: &str) -> Result<TokenClaims, Status> {
        self.note(rpc);
        Ok(self.0.validate(token)?)
    }

    fn asked_for(
        &self,
        rpc: &'static str,
        token: &str,
        audience: &str,
    ) -> Result<TokenClaims, Status> {
        self.note(rpc);
        Ok(self.0.validate_for(token, audience)?)
    }
}

#[tonic::async_trait]
impl TokenService for StandInService {
    async fn generate_token(
        &self,
        request: Request<GenerateTokenRequest>,
    ) -> Result<Response<GenerateTokenResponse>, Status> {
        self.note("GenerateToken");
        let (token, claims) = self.0.issue(request.into_inner(), None);
        Ok(Response::new(GenerateTokenResponse {
            token,
            token_id: claims.token_id,
            user_id: claims.user_id,
            permissions: claims.permissions,
            issued_at: claims.issued_at,
            expires_at: claims.expires_at,
            additional_data: claims.additional_data,
            session_id: claims.session_id,
            key_id: claims.key_id,
            audiences: claims.audiences,
        }))
    }

    async fn validate_token(
        &self,
        request: Request<ValidateTokenRequest>,
    ) -> Result<Response<ValidateTokenResponse>, Status> {
        let asked = request.into_inner();
        let claims = self.asked_for("ValidateToken", &asked.token, &asked.audience)?;
        Ok(Response::new(ValidateTokenResponse {
            valid: true,
            token_id: claims.token_id,
            user_id: claims.user_id,
            permissions: claims.permissions,
            issued_at: claims.issued_at,
            expires_at: claims.expires_at,
            time_remaining: claims.time_remaining,
            additional_data: claims.additional_data,
            additional_data_json: claims.additional_data_json,
            session_id: claims.session_id,
            key_id: claims.key_id,
            session_started_at: claims.session_started_at,
            audiences: claims.audiences,
            checked_audience: claims.checked_audience,
        }))
    }

    async fn check_permission(
        &self,
        request: Request<CheckPermissionRequest>,
    ) -> Result<Response<CheckPermissionResponse>, Status> {
        let asked = request.into_inner();
        let claims = self.asked_for("CheckPermission", &asked.token, &asked.audience)?;
        if !claims.permissions.contains(&asked.required_permission) {
            return Err(Refusal::NotGranted(asked.required_permission).into());
        }
        Ok(Response::new(CheckPermissionResponse {
            granted: true,
            checked_audience: claims.checked_audience,
        }))
    }

    async fn check_permissions(
        &self,
        request: Request<CheckPermissionsRequest>,
    ) -> Result<Response<CheckPermissionsResponse>, Status> {
        let asked = request.into_inner();
        let claims = self.asked_for("CheckPermissions", &asked.token, &asked.audience)?;
        let held = claims.permissions;
        let result = |permission| PermissionResult {
            granted: held.contains(&permission),
            permission,
        };
        let results = asked.permissions.into_iter().map(result).collect();
        Ok(Response::new(CheckPermissionsResponse {
            results,
            checked_audience: claims.checked_audience,
        }))
    }

    async fn batch_validate_tokens(
        &self,
        request: Request<BatchValidateTokensRequest>,
    ) -> Result<Response<BatchValidateTokensResponse>, Status> {
        self.note("BatchValidateTokens");
        let asked = request.into_inner();
        let result = |token: &String| BatchValidateTokensResult {
            result: Some(match self.0.validate_for(token, &asked.audience) {
                Ok(claims) => BatchResult::Claims(claims),
                Err(refusal) => BatchResult::Error(refusal.message()),
            }),
        };
        let results = asked.tokens.iter().map(result).collect();
        Ok(Response::new(BatchValidateTokensResponse { results }))
    }

    /// The new token is of the same session, which has no end here.
    async fn refresh_token(
        &self,
        request: Request<RefreshTokenRequest>,
    ) -> Result<Response<RefreshTokenResponse>, Status> {
        let asked = request.into_inner();
        let old = self.asked("RefreshToken", &asked.token)?;
        let new = GenerateTokenRequest {
            user_id: old.user_id.clone(),
            permissions: old.permissions.clone(),
            expires_in: asked.new_expires_in,
            additional_data: old.additional_data.clone(),
            audiences: old.audiences.clone(),
        };
        let (token, claims) = self.0.issue(new, Some(old));
        if asked.revoke_old {
            self.0
                .revoke(revocation_target::Target::Token(asked.token), "")?;
        }
        Ok(Response::new(RefreshTokenResponse {
            token,
            token_id: claims.token_id,
            user_id: claims.user_id,
            permissions: claims.permissions,
            issued_at: claims.issued_at,
            expires_at: claims.expires_at,
            additional_data: claims.additional_data,
            session_id: claims.session_id,
            key_id: claims.key_id,
            audiences: claims.audiences,
            ..Default::default()
        }))
    }

    async fn get_token_info(
        &self,
        request: Request<GetTokenInfoRequest>,
    ) -> Result<Response<GetTokenInfoResponse>, Status> {
        let claims = self.asked("GetTokenInfo", &request.get_ref().token)?;
        Ok(Response::new(GetTokenInfoResponse {
            valid: true,
            token_id: claims.token_id,
            user_id: claims.user_id,
            permissions: claims.permissions,
            created_at: claims.issued_at,
            session_started_at: claims.session_started_at,
            issued_at: claims.issued_at,
            expires_at: claims.expires_at,
            time_remaining: claims.time_remaining,
            additional_data: claims.additional_data,
            session_id: claims.session_id,
            key_id: claims.key_id,
            audiences: claims.audiences,
            ..Default::default()
        }))
    }

    async fn introspect_token(
        &self,
        request: Request<IntrospectTokenRequest>,
    ) -> Result<Response<IntrospectTokenResponse>, Status> {
        self.note("IntrospectToken");
        let Some(verdict) = self.0.find(&request.get_ref().token) else {
            return Ok(Response::new(IntrospectTokenResponse {
                state: TokenState::Invalid as i32,
                ..Default::default()
            }));
        };
        let state = match verdict.problem {
            None => TokenState::Active,
            Some(Refusal::Revoked) => TokenState::Revoked,
            Some(_) => TokenState::Expired,
        };
        Ok(Response::new(IntrospectTokenResponse {
            state: state as i32,
            claims: Some(verdict.claims),
            key_id: KEY_ID.to_owned(),
        }))
    }

    async fn revoke_tokens(
        &self,
        request: Request<RevokeTokensRequest>,
    ) -> Result<Response<RevokeTokensResponse>, Status> {
        self.note("RevokeTokens");
        let asked = request.into_inner();
        let revoke = |target: RevocationTarget| {
            let target = target.target.ok_or(Refusal::EmptyTarget)?;
            let outcome = self.0.revoke(target, &asked.reason)? as i32;
            Ok(RevocationResult { outcome })
        };
        let results: Result<_, Refusal> = asked.targets.into_iter().map(revoke).collect();
        Ok(Response::new(RevokeTokensResponse { results: results? }))
    }

    /// All of them on one page, the latest first, whatever the filter.
    async fn list_revocations(
        &self,
        _: Request<ListRevocationsRequest>,
    ) -> Result<Response<ListRevocationsResponse>, Status> {
        self.note("ListRevocations");
        let revocations = self.0.revocations.borrow().iter().rev().cloned().collect();
        Ok(Response::new(ListRevocationsResponse {
            revocations,
            ..Default::default()
        }))
    }

    type WatchRevocationsStream = Feed;

    async fn watch_revocations(
        &self,
        _: Request<WatchRevocationsRequest>,
    ) -> Result<Response<Self::WatchRevocationsStream>, Status> {
        self.note("WatchRevocations");
        Ok(Response::new(follow(&self.0)))
    }

    async fn export_config(
        &self,
        _: Request<ExportConfigRequest>,
    ) -> Result<Response<ExportConfigResponse>, Status> {
        self.note("ExportConfig");
        Err(Status::unimplemented("a stand-in has no configuration"))
    }
}
