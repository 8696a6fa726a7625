//! Messages with a field under `debug_redact`. prost's descriptors do not have that option, so the
//! plugin's input is read a second time, by descriptors cut down to what leads to it.

use std::fmt::Write;

/// A message whose `Debug` hides some of its fields.
pub struct Message {
    package: String,
    name: String,
    fields: Vec<Member>,
}

/// A field, or a oneof with its fields.
enum Member {
    Field {
        name: String,
        redact: bool,
    },
    Oneof {
        name: String,
        fields: Vec<(String, bool)>,
    },
}

impl Member {
    fn redacts(&self) -> bool {
        match self {
            Self::Field { redact, .. } => *redact,
            Self::Oneof { fields, .. } => fields.iter().any(|(_, redact)| *redact),
        }
    }
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

    /// An `impl Debug` that shows every field but those to redact, and one for each oneof.
    pub fn debug_impl(&self) -> String {
        let (mut fields, mut oneofs) = (String::new(), String::new());
        for member in &self.fields {
            let (name, value) = match member {
                Member::Field { name, redact: true } => {
                    (name, "&::core::format_args!(\"[redacted]\")".to_owned())
                }
                Member::Field { name, .. } => (name, format!("&self.{name}")),
                Member::Oneof { name, fields } => {
                    oneofs += &self.oneof_impl(name, fields);
                    (name, format!("&self.{name}"))
                }
            };
            writeln!(fields, "            .field(\"{name}\", {value})")
                .expect("a String takes any text");
        }
        let name = &self.name;
        format!(
            "impl ::core::fmt::Debug for {name} {{\n    \
             fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {{\n        \
             f.debug_struct(\"{name}\")\n{fields}            .finish()\n    }}\n}}\n{oneofs}"
        )
    }

    /// prost gives the enum of a oneof no `Debug` where its message gets none. It stands in a module
    /// that is named as the message.
    fn oneof_impl(&self, name: &str, fields: &[(String, bool)]) -> String {
        let mut variants = String::new();
        for (field, redact) in fields {
            let variant = upper_camel(field);
            let arm = if *redact {
                format!("Self::{variant}(_) => f.write_str(\"{variant}([redacted])\")")
            } else {
                format!(
                    "Self::{variant}(value) => f.debug_tuple(\"{variant}\").field(value).finish()"
                )
            };
            writeln!(variants, "            {arm},").expect("a String takes any text");
        }
        format!(
            "impl ::core::fmt::Debug for {}::{} {{\n    \
             fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {{\n        \
             match self {{\n{variants}        }}\n    }}\n}}\n",
            snake(&self.name),
            upper_camel(name)
        )
    }
}

fn upper_camel(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect()
}

fn snake(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

/// Every top-level message of the input with a field to redact.
pub fn find(input: &[u8]) -> Result<Vec<Message>, prost::DecodeError> {
    let request = <Request as prost::Message>::decode(input)?;
    let messages = request.files.into_iter().flat_map(|file| {
        let package = file.package;
        file.messages.into_iter().map(move |message| Message {
            package: package.clone(),
            fields: message.members(),
            name: message.name,
        })
    });
    Ok(messages
        .filter(|message| message.fields.iter().any(Member::redacts))
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
    #[prost(message, repeated, tag = "8")]
    oneofs: Vec<Oneof>,
}

impl Descriptor {
    /// The members of the message's struct, in the order of the fields.
    fn members(&self) -> Vec<Member> {
        let mut members = Vec::new();
        for field in &self.fields {
            let name = field.name.clone();
            let redact = field.options.is_some_and(|options| options.debug_redact);
            // An optional field of proto3 is in a oneof that no code shows.
            let oneof = field.oneof.filter(|_| !field.optional);
            let Some(oneof) = oneof.and_then(|index| self.oneofs.get(index as usize)) else {
                members.push(Member::Field { name, redact });
                continue;
            };
            match members.last_mut() {
                Some(Member::Oneof { name: open, fields }) if *open == oneof.name => {
                    fields.push((name, redact));
                }
                _ => members.push(Member::Oneof {
                    name: oneof.name.clone(),
                    fields: vec![(name, redact)],
                }),
            }
        }
        members
    }
}

/// `google.protobuf.OneofDescriptorProto`.
#[derive(Clone, PartialEq, prost::Message)]
struct Oneof {
    #[prost(string, tag = "1")]
    name: String,
}

/// `google.protobuf.FieldDescriptorProto`.
#[derive(Clone, PartialEq, prost::Message)]
struct Field {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "8")]
    options: Option<Options>,
    #[prost(int32, optional, tag = "9")]
    oneof: Option<i32>,
    #[prost(bool, tag = "17")]
    optional: bool,
}

/// `google.protobuf.FieldOptions`.
#[derive(Clone, Copy, PartialEq, prost::Message)]
struct Options {
    #[prost(bool, tag = "16")]
    debug_redact: bool,
}
