//! The service as tests hold it.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::error::Error;
use crate::flights::lock;
use crate::options::NewToken;
use crate::proto::securetoken::v1::UserTarget;
use crate::proto::securetoken::v1::revocation_target::Target;
use crate::watch::Clock;

use super::serving::Serving;
use super::tokens::Tokens;

/// Answers clients, layers and verifiers as the service does, on a loopback port of its own.
///
/// It serves every RPC but ExportConfig, which ends with UNIMPLEMENTED. Its tokens are opaque texts that
/// only it knows. It knows no callers, and has none of the service's limits: use it in tests only. It
/// ends when it is dropped.
pub struct TokenServiceStandIn {
    tokens: Arc<Tokens>,
    address: SocketAddr,
    serving: Mutex<Option<Serving>>,
}

impl TokenServiceStandIn {
    /// A stand-in that holds nothing.
    ///
    /// # Errors
    /// When it cannot listen on a port of 127.0.0.1.
    pub fn start() -> io::Result<Self> {
        let tokens = Arc::new(Tokens::new());
        let free_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let (serving, address) = Serving::at(free_port, Arc::clone(&tokens))?;
        Ok(Self {
            tokens,
            address,
            serving: Mutex::new(Some(serving)),
        })
    }

    /// Where it listens, for [`SecureTokenClient::builder`](crate::SecureTokenClient::builder):
    /// `http://127.0.0.1:port`.
    pub fn target(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The names of the RPCs that were called, such as `ValidateToken`, in order.
    pub fn calls(&self) -> Vec<&'static str> {
        lock(&self.tokens.calls).clone()
    }

    /// A valid token, without a call. It lives for a day unless it says otherwise.
    ///
    /// # Errors
    /// [`Error::Token`] for what no message can carry. The service's other rules do not hold here.
    pub fn issue(&self, new: NewToken) -> Result<String, Error> {
        Ok(self.tokens.issue(new.into_message()?, None).0)
    }

    /// Ends a token's life at once. Verifiers that know the token believe it until it would have expired;
    /// for them use [`revoke`](Self::revoke), or [`advance`](Self::advance) where they share the
    /// [`clock`](Self::clock).
    ///
    /// # Panics
    /// For a token that was not issued here.
    pub fn expire(&self, token: &str) {
        assert!(self.tokens.expire(token), "the token was not issued here");
    }

    /// Sets the clock forward: tokens expire by it.
    pub fn advance(&self, length: Duration) {
        self.tokens.clock.advance(length);
    }

    /// For [`WatchOptions::clock`](crate::watch::WatchOptions::clock), so that
    /// [`advance`](Self::advance) moves a verifier too.
    pub fn clock(&self) -> impl Clock + use<> {
        self.tokens.clock.clone()
    }

    /// Takes a token back. A feed tells of it at once. Any other text changes nothing.
    pub fn revoke(&self, token: &str) {
        self.take_back(Target::Token(token.to_owned()));
    }

    /// Takes back every token of a session.
    pub fn revoke_session(&self, session_id: &str) {
        self.take_back(Target::SessionId(session_id.to_owned()));
    }

    /// Takes back every token that a user has at present.
    pub fn revoke_user(&self, user_id: &str) {
        self.take_back(Target::User(UserTarget {
            user_id: user_id.to_owned(),
            issued_before: None,
        }));
    }

    /// Ends the connections, and refuses new ones until [`come_back`](Self::come_back).
    pub fn go_away(&self) {
        *lock(&self.serving) = None;
    }

    /// Listens again at the same address, with the tokens and revocations from before.
    ///
    /// # Errors
    /// When another program has taken the port meanwhile.
    pub fn come_back(&self) -> io::Result<()> {
        let mut serving = lock(&self.serving);
        if serving.is_none() {
            let (new, _) = Serving::at(self.address, Arc::clone(&self.tokens))?;
            *serving = Some(new);
        }
        Ok(())
    }

    fn take_back(&self, target: Target) {
        // What names something is refused by nothing.
        let _ = self.tokens.revoke(target, "");
    }
}

impl fmt::Debug for TokenServiceStandIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenServiceStandIn")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
