//! The text of an API key's file.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use crate::api_key::MAX_KEY_BYTES;

/// Room for the longest key and a line break of two characters.
const MAX_FILE_BYTES: u64 = MAX_KEY_BYTES as u64 + 2;

/// Reads a regular file of at most 4,098 bytes. A key's file is read while calls wait: a pipe would
/// make them wait for its writer, and a device never ends.
///
/// # Errors
/// What is wrong, with the path and without any of the content.
pub(crate) fn read_key_file(path: &Path) -> Result<String, String> {
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
