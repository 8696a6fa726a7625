//! A protoc plugin: messages and services in Rust, for `buf generate`.
//!
//! The work is tonic's and prost's own. Added is one thing that they do not know: a message with a
//! field under `debug_redact` gets a `Debug` that hides it, so that no log line holds a token.

mod redact;

use std::io::{self, Read, Write};
use std::{env, fs, process};

use prost::Message;
use prost_types::FileDescriptorSet;
use prost_types::compiler::code_generator_response::{Feature, File};
use prost_types::compiler::{CodeGeneratorRequest, CodeGeneratorResponse};

fn main() -> io::Result<()> {
    let mut input = Vec::new();
    io::stdin().read_to_end(&mut input)?;
    let request = CodeGeneratorRequest::decode(input.as_slice()).map_err(io::Error::other)?;
    let redacted = redact::find(&input).map_err(io::Error::other)?;
    let response = CodeGeneratorResponse {
        file: generate(request, &redacted)?,
        supported_features: Some(Feature::Proto3Optional as u64),
        ..Default::default()
    };
    io::stdout().write_all(&response.encode_to_vec())
}

/// One file for each package that was asked for, named after it.
fn generate(request: CodeGeneratorRequest, redacted: &[redact::Message]) -> io::Result<Vec<File>> {
    let wanted: Vec<String> = request
        .proto_file
        .iter()
        .filter(|file| {
            request
                .file_to_generate
                .iter()
                .any(|name| name == file.name())
        })
        .map(|file| format!("{}.rs", file.package()))
        .collect();
    let folder = env::temp_dir().join(format!("secure-token-generator-{}", process::id()));
    fs::create_dir_all(&folder)?;
    let mut config = prost_build::Config::new();
    // Their indented examples would be taken for Rust, and run as tests.
    config.disable_comments([".google"]);
    tonic_prost_build::configure()
        .server_mod_attribute(".", "#[cfg(feature = \"server\")]")
        .skip_debug(redacted.iter().map(redact::Message::path))
        .out_dir(&folder)
        .compile_fds_with_config(
            FileDescriptorSet {
                file: request.proto_file,
            },
            config,
        )?;
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !wanted.contains(&name) {
            continue;
        }
        let mut content = fs::read_to_string(entry.path())?;
        for message in redacted.iter().filter(|message| message.file() == name) {
            content.push_str(&message.debug_impl());
        }
        files.push(File {
            name: Some(name),
            content: Some(content),
            ..Default::default()
        });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    fs::remove_dir_all(&folder)?;
    Ok(files)
}
