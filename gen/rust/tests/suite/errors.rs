//! Every status as an error.

use std::time::{Duration, UNIX_EPOCH};

use prost::Message;
use secure_token_client::Error;
use secure_token_client::proto::securetoken::v1::{ErrorReason, TokenErrorDetail, TokenErrorKind};
use tonic::{Code, Status};

use crate::refusals::{any, detail, detail_any, info_any, status};

#[test]
fn the_kind_alone_decides() {
    let kinds = [
        (TokenErrorKind::TokenError as i32, "TOKEN_ERROR"),
        (TokenErrorKind::TokenExpired as i32, "TOKEN_EXPIRED"),
        (TokenErrorKind::InvalidToken as i32, "INVALID_TOKEN"),
        (TokenErrorKind::PermissionDenied as i32, "PERMISSION_DENIED"),
        (TokenErrorKind::Unspecified as i32, "TOKEN_ERROR"),
        (99, "TOKEN_ERROR"),
        (-1, "TOKEN_ERROR"),
    ];
    for code in [
        Code::Unauthenticated,
        Code::PermissionDenied,
        Code::Internal,
        Code::Unavailable,
    ] {
        for (kind, name) in kinds {
            let error = Error::from(status(code, vec![detail_any(&detail(kind, 3))]));
            assert_eq!(error.kind(), Some(name), "{kind} under {code:?}");
            assert!(error.is_token_error());
            assert_eq!(error.code(), code);
            assert_eq!(error.to_string(), "text");
        }
    }
}

#[test]
fn facts_come_from_the_details() {
    let kind = TokenErrorKind::TokenExpired as i32;
    let sent = vec![
        detail_any(&detail(kind, ErrorReason::TokenExpired as i32)),
        info_any(
            "ERROR_REASON_TOKEN_EXPIRED",
            "securetoken.v1",
            &[("field", "x"), ("at", "1")],
        ),
    ];
    let error = Error::from(status(Code::Unauthenticated, sent));
    let facts = error.facts().unwrap();
    assert_eq!(facts.reason, "TOKEN_EXPIRED");
    assert_eq!(facts.field, "token");
    assert_eq!(
        facts.metadata.iter().collect::<Vec<_>>(),
        [(&"at".to_owned(), &"1".to_owned())]
    );
    let Error::TokenExpired { expired_at, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(expired_at, Some(UNIX_EPOCH + Duration::new(1, 2_000)));
}

#[test]
fn the_missing_permission_is_named() {
    let kind = TokenErrorKind::PermissionDenied as i32;
    let error = Error::from(status(
        Code::PermissionDenied,
        vec![detail_any(&detail(kind, 6))],
    ));
    let Error::PermissionDenied {
        required_permission,
        ..
    } = error
    else {
        panic!("{error:?}")
    };
    assert_eq!(required_permission, "notes:write");
}

#[test]
fn reasons_of_newer_servers_keep_their_names() {
    let cases = [
        (
            99,
            "ERROR_REASON_QUOTA_USED_UP",
            "securetoken.v1",
            "QUOTA_USED_UP",
        ),
        (
            0,
            "ERROR_REASON_QUOTA_USED_UP",
            "securetoken.v1",
            "QUOTA_USED_UP",
        ),
        (
            99,
            "ERROR_REASON_QUOTA_USED_UP",
            "another.domain",
            "UNSPECIFIED",
        ),
        (99, "QUOTA_USED_UP", "securetoken.v1", "UNSPECIFIED"),
        (
            5,
            "ERROR_REASON_QUOTA_USED_UP",
            "securetoken.v1",
            "TOKEN_REVOKED",
        ),
    ];
    for (number, text, domain, expected) in cases {
        let sent = vec![
            detail_any(&detail(3, number)),
            info_any(text, domain, &[("field", "f")]),
        ];
        let error = Error::from(status(Code::Unauthenticated, sent));
        assert_eq!(
            error.facts().unwrap().reason,
            expected,
            "{number} {text} {domain}"
        );
    }
}

#[test]
fn the_field_may_stand_in_either_detail() {
    let without = TokenErrorDetail {
        field: String::new(),
        ..detail(3, 3)
    };
    let info = info_any("", "securetoken.v1", &[("field", "permissions[2]")]);
    let error = Error::from(status(
        Code::InvalidArgument,
        vec![info, detail_any(&without)],
    ));
    assert_eq!(error.facts().unwrap().field, "permissions[2]");
}

#[test]
fn without_the_detail_it_is_no_fact_about_a_token() {
    let plain = Status::unauthenticated("TOKEN_EXPIRED");
    let info = info_any("ERROR_REASON_TOKEN_EXPIRED", "securetoken.v1", &[]);
    for status in [plain, status(Code::Unauthenticated, vec![info])] {
        let error = Error::from(status);
        assert!(matches!(&error, Error::Rpc(status) if status.code() == Code::Unauthenticated));
        assert!(!error.is_token_error());
        assert_eq!(error.kind(), None);
    }
}

#[test]
fn garbage_is_no_fact_either() {
    let whole = status(Code::Unauthenticated, vec![detail_any(&detail(3, 3))]);
    let bytes = whole.details().to_vec();
    for end in 0..bytes.len() {
        let cut = Status::with_details(Code::Unauthenticated, "", bytes[..end].to_vec().into());
        // Some cuts leave a message that is whole but shorter: then it may still be a refusal.
        let _ = Error::from(cut);
    }
    for at in 0..bytes.len() {
        for flip in [1, 0x80, 0xff] {
            let mut bad = bytes.clone();
            bad[at] ^= flip;
            let _ = Error::from(Status::with_details(Code::Unauthenticated, "", bad.into()));
        }
    }
    let unreadable = any("securetoken.v1.TokenErrorDetail", vec![0xff; 9]);
    let error = Error::from(status(Code::Unauthenticated, vec![unreadable]));
    assert!(matches!(error, Error::Rpc(_)));
    let renamed = any(
        "x.securetoken.v1.TokenErrorDetail",
        detail(3, 3).encode_to_vec(),
    );
    assert!(matches!(
        Error::from(status(Code::Unauthenticated, vec![renamed])),
        Error::Rpc(_)
    ));
}

#[test]
fn no_bytes_of_details_and_metadata_are_shown() {
    let caller = || info_any("CALLER_ERROR_REASON_RATE_EXCEEDED", "securetoken.v1", &[]);
    let token = || detail_any(&detail(TokenErrorKind::InvalidToken as i32, 3));
    let newer = || any("newer.v1.Detail", b"hidden-in-details".to_vec());
    for (code, known, name) in [
        (Code::Unauthenticated, vec![token()], "InvalidToken"),
        (Code::Unauthenticated, vec![caller()], "CallerRefused"),
        (Code::ResourceExhausted, vec![caller()], "RateExceeded"),
        (Code::Unavailable, vec![], "ServiceUnavailable"),
        (Code::Internal, vec![], "Rpc"),
    ] {
        let mut sent = status(code, known.into_iter().chain([newer()]).collect());
        let hidden = "hidden-in-metadata".parse().unwrap();
        sent.metadata_mut().insert("x-newer", hidden);
        let error = Error::from(sent);
        let shown = format!("{error:?} {error:#?} {error}");
        assert!(shown.starts_with(name), "{shown}");
        assert!(shown.contains("text"), "{shown}");
        assert!(
            !shown.contains("hidden") && !shown.contains("\\x"),
            "{shown}"
        );
    }
}
