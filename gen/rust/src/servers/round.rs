//! The order in which one call asks the servers.

use std::sync::Arc;

use tokio::time::Instant;

use super::{Server, Servers};

/// Whom one call asks: each server once, and then all of them anew.
pub(crate) struct Round<'a> {
    servers: &'a Servers,
    asked: Vec<Arc<Server>>,
    /// How many rounds are over.
    pub(crate) number: u32,
}

impl<'a> Round<'a> {
    pub(crate) fn new(servers: &'a Servers) -> Self {
        Self {
            servers,
            asked: Vec::new(),
            number: 0,
        }
    }

    pub(crate) fn next(&mut self) -> Arc<Server> {
        if !self.asked.is_empty() && !self.has_others() {
            self.asked.clear();
            self.number += 1;
        }
        let server = self.servers.next(&self.asked);
        self.asked.push(Arc::clone(&server));
        server
    }

    /// Whether there are servers that this round has not asked yet.
    pub(crate) fn has_others(&self) -> bool {
        self.asked.len() < self.servers.0.all.len()
    }

    /// Whether there is one among them that does not rest.
    pub(crate) fn has_awake(&self) -> bool {
        let now = Instant::now();
        let mut all = self.servers.0.all.iter();
        self.has_others()
            && all.any(|server| {
                let is_asked = self.asked.iter().any(|asked| Arc::ptr_eq(asked, server));
                !is_asked && server.is_awake(now)
            })
    }

    /// Lets the server that was asked last be asked again in this round.
    pub(crate) fn repeat(&mut self) {
        self.asked.pop();
    }
}
