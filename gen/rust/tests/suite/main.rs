//! The crate through its public surface: against a stand-in server in this process, and against a
//! real one where `SECURE_TOKEN_TARGET` names it.

mod audience;
mod call_hook;
mod calls;
mod connection;
mod errors;
mod grpc_guard;
mod http_guard;
mod live;
mod refusals;
mod results;
mod servers;
mod stand_in;
mod testing;
mod watch;
