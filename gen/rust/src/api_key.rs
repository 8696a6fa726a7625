//! The client's own credential.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use prost::bytes::Bytes;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::{Request, Status};

use crate::details::is_unknown_caller;
use crate::key_file::{FileFaultHook, KeyFile};

/// The longest key.
pub(crate) const MAX_KEY_BYTES: usize = 4096;

/// Sends the API key, if there is one, with every call. Prints as `[redacted]`.
#[derive(Clone, Default)]
pub struct ApiKey(Source);

pub(crate) type Header = MetadataValue<Ascii>;
type KeyFn = dyn Fn() -> Option<String> + Send + Sync;

#[derive(Clone, Default)]
enum Source {
    #[default]
    None,
    Fixed(Header),
    Function(Arc<KeyFn>),
    File(Arc<KeyFile>),
}

impl ApiKey {
    /// A key as `authorization: Bearer <key>`, or `None` if no header can carry it.
    pub(crate) fn parse(key: &str) -> Option<Self> {
        to_header(key).map(|header| Self(Source::Fixed(header)))
    }

    /// A key that is asked for with every call.
    pub(crate) fn from_fn(key: Arc<KeyFn>) -> Self {
        Self(Source::Function(key))
    }

    /// A key from a file, or why there is none.
    pub(crate) fn from_file(path: PathBuf) -> Result<Self, String> {
        Ok(Self(Source::File(Arc::new(KeyFile::open(path)?))))
    }

    /// Tells a hook of a key's file that cannot be read any more.
    pub(crate) fn on_file_fault(&self, hook: &FileFaultHook) {
        if let Source::File(file) = &self.0 {
            file.tell(hook);
        }
    }

    pub(crate) fn is_some(&self) -> bool {
        !matches!(self.0, Source::None)
    }

    /// After the server has refused the key: whether there is another one to try.
    pub(crate) fn renew(&self) -> bool {
        match &self.0 {
            Source::None | Source::Fixed(_) => false,
            Source::Function(_) => true,
            Source::File(file) => file.renew(),
        }
    }

    /// Says with a refusal of the key that its file cannot be read, which may be why the key is an old one.
    pub(crate) fn explain(&self, status: Status) -> Status {
        let Source::File(file) = &self.0 else {
            return status;
        };
        match file.fault() {
            Some(fault) if is_unknown_caller(&status) => Status::with_details_and_metadata(
                status.code(),
                format!("{}; {fault}: the key read last was sent", status.message()),
                Bytes::copy_from_slice(status.details()),
                status.metadata().clone(),
            ),
            _ => status,
        }
    }

    fn header(&self) -> Result<Option<Header>, Status> {
        match &self.0 {
            Source::None => Ok(None),
            Source::Fixed(header) => Ok(Some(header.clone())),
            Source::Function(key) => key()
                .and_then(|key| to_header(&key))
                .map(Some)
                .ok_or_else(|| Status::unauthenticated("this client has no API key")),
            Source::File(file) => Ok(Some(file.header())),
        }
    }
}

/// The header of a key, or `None` if no header can carry it.
pub(crate) fn to_header(key: &str) -> Option<Header> {
    if key.is_empty()
        || key.len() > MAX_KEY_BYTES
        || !key.bytes().all(|byte| byte.is_ascii_graphic())
    {
        return None;
    }
    let mut value: Header = format!("Bearer {key}").parse().ok()?;
    // Kept out of debug output, and out of the compression tables of HTTP/2.
    value.set_sensitive(true);
    Some(value)
}

impl Interceptor for ApiKey {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(value) = self.header()? {
            request.metadata_mut().insert("authorization", value);
        }
        Ok(request)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_some() {
            "ApiKey([redacted])"
        } else {
            "ApiKey(none)"
        })
    }
}
