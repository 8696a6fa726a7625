//! The client's own credential.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::{Request, Status};

use crate::key_file::read_key_file;

/// How often a key file is read at most.
const FILE_INTERVAL: Duration = Duration::from_secs(1);
/// The longest key.
pub(crate) const MAX_KEY_BYTES: usize = 4096;

/// Sends the API key, if there is one, with every call. Prints as `[redacted]`.
#[derive(Clone, Default)]
pub struct ApiKey(Source);

type Header = MetadataValue<Ascii>;
type KeyFn = dyn Fn() -> Option<String> + Send + Sync;

#[derive(Clone, Default)]
enum Source {
    #[default]
    None,
    Fixed(Header),
    Function(Arc<KeyFn>),
    File(Arc<Mutex<KeyFile>>),
}

/// The key that was read last: a file that is being written, or is gone for a moment, does not take
/// it away.
struct KeyFile {
    path: PathBuf,
    last: Header,
    read: Instant,
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
        let last = read_key(&path)?;
        let read = Instant::now();
        Ok(Self(Source::File(Arc::new(Mutex::new(KeyFile {
            path,
            last,
            read,
        })))))
    }

    pub(crate) fn is_some(&self) -> bool {
        !matches!(self.0, Source::None)
    }

    /// After the server has refused the key: whether there is another one to try.
    pub(crate) fn renew(&self) -> bool {
        match &self.0 {
            Source::None | Source::Fixed(_) => false,
            Source::Function(_) => true,
            Source::File(file) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                let before = file.last.clone();
                file.refresh();
                file.last != before
            }
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
            Source::File(file) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                if file.read.elapsed() >= FILE_INTERVAL {
                    file.refresh();
                }
                Ok(Some(file.last.clone()))
            }
        }
    }
}

impl KeyFile {
    fn refresh(&mut self) {
        self.read = Instant::now();
        if let Ok(header) = read_key(&self.path) {
            self.last = header;
        }
    }
}

fn read_key(path: &Path) -> Result<Header, String> {
    let text = read_key_file(path)?;
    to_header(text.trim_ascii())
        .ok_or_else(|| format!("the API key's file {} holds no key", path.display()))
}

fn to_header(key: &str) -> Option<Header> {
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
