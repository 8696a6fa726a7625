//! Messages with a field under `debug_redact`. prost's descriptors do not have that option, so the
//! plugin's input is read a second time, by descriptors cut down to what leads to it.

use std::fmt::Write;

/// A message whose `Debug` hides some of its fields.
pub struct Message {
    package: String,
    name: String,
    fields: Vec<(String, bool)>,
}

impl Message {
    /// The message's name as prost matches it.
    pub fn path(&self) -> String {
        format!(".{}.{}", self.package, self.name)
    }

    /// The generated file that holds the message.
    pub fn file(&self) -> String {
        format!("{}.rs", self.package)
    }

    /// An `impl Debug` that shows every field but those to redact.
    pub fn debug_impl(&self) -> String {
        let mut fields = String::new();
        for (name, redact) in &self.fields {
            let value = if *redact {
                "&::core::format_args!(\"[redacted]\")".to_owned()
            } else {
                format!("&self.{name}")
            };
            writeln!(fields, "            .field(\"{name}\", {value})")
                .expect("a String takes any text");
        }
        let name = &self.name;
        format!(
            "impl ::core::fmt::Debug for {name} {{\n    \
             fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {{\n        \
             f.debug_struct(\"{name}\")\n{fields}            .finish()\n    }}\n}}\n"
        )
    }
}

/// Every top-level message of the input with a field to redact.
pub fn find(input: &[u8]) -> Result<Vec<Message>, prost::DecodeError> {
    let request = <Request as prost::Message>::decode(input)?;
    let messages = request.files.into_iter().flat_map(|file| {
        let package = file.package;
        file.messages.into_iter().map(move |message| Message {
            package: package.clone(),
            name: message.name,
            fields: message.fields.into_iter().map(Field::into_pair).collect(),
        })
    });
    Ok(messages
        .filter(|message| message.fields.iter().any(|(_, redact)| *redact))
        .collect())
}

/// `google.protobuf.compiler.CodeGeneratorRequest`.
#[derive(Clone, PartialEq, prost::Message)]
struct Request {
    #[prost(message, repeated, tag = "15")]
    files: Vec<File>,
}

/// `google.protobuf.FileDescriptorProto`.
#[derive(Clone, PartialEq, prost::Message)]
struct File {
    #[prost(string, tag = "2")]
    package: String,
    #[prost(message, repeated, tag = "4")]
    messages: Vec<Descriptor>,
}

/// `google.protobuf.DescriptorProto`.
#[derive(Clone, PartialEq, prost::Message)]
struct Descriptor {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, repeated, tag = "2")]
    fields: Vec<Field>,
}

/// `google.protobuf.FieldDescriptorProto`.
#[derive(Clone, PartialEq, prost::Message)]
struct Field {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "8")]
    options: Option<Options>,
}

impl Field {
    fn into_pair(self) -> (String, bool) {
        (
            self.name,
            self.options.is_some_and(|options| options.debug_redact),
        )
    }
}

/// `google.protobuf.FieldOptions`.
#[derive(Clone, PartialEq, prost::Message)]
struct Options {
    #[prost(bool, tag = "16")]
    debug_redact: bool,
}
