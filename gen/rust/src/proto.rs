//! The generated messages and clients, one module for each protobuf package. The files under
//! `proto/` hold nothing hand-written.
#![allow(missing_docs, clippy::all, rustdoc::all)]

/// Packages of Secure Token.
pub mod securetoken {
    /// The service and its errors.
    pub mod v1 {
        include!("proto/securetoken.v1.rs");
    }
}

/// Packages of Google.
pub mod google {
    /// `Status` and the details of errors.
    pub mod rpc {
        include!("proto/google.rpc.rs");
    }
}
