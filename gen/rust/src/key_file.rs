//! An API key in a file, which may be replaced while the program runs.

use std::fmt;
use std::fs::{self, File};
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use crate::api_key::{Header, MAX_KEY_BYTES, to_header};
use crate::flights::lock;

/// How often a key file is read at most.
const INTERVAL: Duration = Duration::from_secs(1);
/// Room for the longest key and a line break of two characters.
const MAX_FILE_BYTES: u64 = MAX_KEY_BYTES as u64 + 2;

type Hook = dyn Fn(&str) + Send + Sync;

/// Is told why a key's file cannot be read, where a program wants to know.
#[derive(Clone, Default)]
pub(crate) struct FileFaultHook(Option<Arc<Hook>>);

impl FileFaultHook {
    pub(crate) fn new(hook: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(hook)))
    }

    fn tell(&self, fault: &str) {
        if let Some(hook) = &self.0 {
            // A hook that panics must not end a call.
            drop(catch_unwind(AssertUnwindSafe(|| hook(fault))));
        }
    }
}

impl fmt::Debug for FileFaultHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_set = self.0.is_some();
        f.debug_tuple("FileFaultHook").field(&is_set).finish()
    }
}

/// The key that was read last: a file that is being written, or is gone for a moment, does not take
/// it away.
pub(crate) struct KeyFile {
    path: PathBuf,
    hook: OnceLock<FileFaultHook>,
    state: Mutex<State>,
}

struct State {
    last: Header,
    read: Instant,
    /// Why the file could not be read when it was last tried.
    fault: Option<String>,
}

impl KeyFile {
    /// The key of a file, or why there is none.
    pub(crate) fn open(path: PathBuf) -> Result<Self, String> {
        let state = State {
            last: read_key(&path)?,
            read: Instant::now(),
            fault: None,
        };
        Ok(Self {
            path,
            hook: OnceLock::new(),
            state: Mutex::new(state),
        })
    }

    /// Tells a hook of faults from now on.
    pub(crate) fn tell(&self, hook: &FileFaultHook) {
        // A second client of the same builder has the same hook.
        drop(self.hook.set(hook.clone()));
    }

    /// The key of the next call.
    pub(crate) fn header(&self) -> Header {
        if lock(&self.state).read.elapsed() >= INTERVAL {
            self.renew();
        }
        lock(&self.state).last.clone()
    }

    /// Reads the file. True where it holds another key than before.
    pub(crate) fn renew(&self) -> bool {
        let mut state = lock(&self.state);
        state.read = Instant::now();
        let fault = match read_key(&self.path) {
            Ok(header) => {
                state.fault = None;
                let is_new = header != state.last;
                state.last = header;
                return is_new;
            }
            Err(fault) => fault,
        };
        let is_told = state.fault.as_ref() == Some(&fault);
        state.fault = Some(fault.clone());
        drop(state);
        if let (Some(hook), false) = (self.hook.get(), is_told) {
            hook.tell(&fault);
        }
        false
    }

    /// Why the file could not be read when it was last tried.
    pub(crate) fn fault(&self) -> Option<String> {
        lock(&self.state).fault.clone()
    }
}

fn read_key(path: &Path) -> Result<Header, String> {
    let text = read_key_file(path)?;
    to_header(text.trim_ascii())
        .ok_or_else(|| format!("the API key's file {} holds no key", path.display()))
}

/// Reads a regular file of at most 4,098 bytes. A key's file is read while calls wait: a pipe would
/// make them wait for its writer, and a device never ends.
///
/// # Errors
/// What is wrong, with the path and without any of the content.
fn read_key_file(path: &Path) -> Result<String, String> {
    let name = path.display();
    let refused = || {
        format!(
            "the API key's file {name} must be a regular file of at most {MAX_FILE_BYTES} bytes"
        )
    };
    let unread = |error| format!("the API key's file {name} cannot be read: {error}");
    let metadata = fs::metadata(path).map_err(unread)?;
    if !metadata.is_file() || metadata.len() > MAX_FILE_BYTES {
        return Err(refused());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unread)?;
    // The file may have grown since.
    file.take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unread)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(refused());
    }
    String::from_utf8(bytes).map_err(|_| format!("the API key's file {name} holds no key"))
}
