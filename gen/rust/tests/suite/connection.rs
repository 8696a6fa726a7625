//! Targets, TLS and mTLS.

use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use secure_token_client::{ConnectionFault, Error, SecureTokenClient, Tls};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tonic::transport::{Certificate, Identity, ServerTlsConfig};

use crate::stand_in::StandIn;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for a name, and its key.
fn issue(authority: &Authority, name: &str) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new([name.to_owned()]).unwrap();
    (
        params.signed_by(&key, authority).unwrap().pem(),
        key.serialize_pem(),
    )
}

async fn serve(authority: &Authority, name: &str, clients: Option<&Authority>) -> String {
    let (certificate, key) = issue(authority, name);
    let mut tls = ServerTlsConfig::new().identity(Identity::from_pem(certificate, key));
    if let Some(clients) = clients {
        tls = tls.client_ca_root(Certificate::from_pem(clients.pem()));
    }
    let address = StandIn::new(|_| Ok(())).serve(Some(tls)).await;
    format!("https://localhost:{}", address.port())
}

async fn works(target: &str, tls: Tls) -> bool {
    fault(target, tls).await.is_ok()
}

/// What is wrong with the connection, told at once.
async fn fault(target: &str, tls: Tls) -> Result<(), Option<ConnectionFault>> {
    let client = SecureTokenClient::builder(target).tls(tls).build().unwrap();
    let begin = Instant::now();
    match client.validate_token("a").await {
        Ok(_) => Ok(()),
        Err(Error::ServiceUnavailable { fault, status, .. }) => {
            assert!(begin.elapsed() < Duration::from_secs(4), "{status:?}");
            Err(fault)
        }
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn faults_of_tls_are_named() {
    let (ours, other) = (authority(), authority());
    let target = serve(&ours, "localhost", None).await;
    let named = serve(&ours, "tokens.internal", None).await;
    let mutual = serve(&ours, "localhost", Some(&other)).await;
    let ours = || Tls::new().ca_certificate(ours.pem());
    assert_eq!(fault(&target, ours()).await, Ok(()));
    for (target, tls, expected) in [
        (
            &target,
            Tls::new().ca_certificate(other.pem()),
            ConnectionFault::UnknownAuthority,
        ),
        (&named, ours(), ConnectionFault::CertificateName),
        (&mutual, ours(), ConnectionFault::ClientCertificate),
    ] {
        assert_eq!(fault(target, tls).await, Err(Some(expected)));
    }
    let plain = StandIn::new(|_| Ok(())).serve(None).await;
    let plain = format!("https://localhost:{}", plain.port());
    assert_eq!(
        fault(&plain, ours()).await,
        Err(Some(ConnectionFault::TlsToPlaintext))
    );
}

#[tokio::test]
async fn plaintext_to_what_answers_otherwise_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            // A fatal alert of TLS.
            let _ = socket.write_all(&[0x15, 3, 1, 0, 2, 2, 70, 0, 0]).await;
            std::mem::forget(socket);
        }
    });
    let client = SecureTokenClient::builder(format!("http://{address}"))
        .build()
        .unwrap();
    let error = client.validate_token("a").await.unwrap_err();
    let Error::ServiceUnavailable { fault, .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(*fault, Some(ConnectionFault::PlaintextToTls));
    assert!(error.to_string().contains("https://"), "{error}");
}

#[tokio::test]
async fn a_key_goes_in_the_clear_only_where_it_may() {
    let build = |address: &str| SecureTokenClient::builder(address).api_key("sesame");
    for address in ["http://127.0.0.1:1", "http://localhost", "http://[::1]:1"] {
        build(address).build().unwrap();
    }
    let error = build("http://tokens:80").build().unwrap_err();
    assert!(error.to_string().contains("in the clear"));
    build("http://tokens:80").insecure().build().unwrap();
    build("tokens:80").insecure().build().unwrap();
}

#[tokio::test]
async fn what_is_no_certificate_is_refused() {
    let ours = authority();
    let (certificate, key) = issue(&ours, "service-a");
    for tls in [
        Tls::new().ca_certificate("hello"),
        Tls::new().ca_certificate(""),
        Tls::new().ca_certificate(&key),
        Tls::new().identity("hello", &key),
        Tls::new().identity(&certificate, "hello"),
    ] {
        let built = SecureTokenClient::builder("https://localhost:1")
            .tls(tls)
            .build();
        assert!(built.unwrap_err().to_string().contains("Tls::"));
    }
}

#[tokio::test]
async fn tls_trusts_the_authority_that_it_is_given_and_no_other() {
    let (ours, other) = (authority(), authority());
    let target = serve(&ours, "localhost", None).await;
    assert!(works(&target, Tls::new().ca_certificate(ours.pem())).await);
    assert!(!works(&target, Tls::new().ca_certificate(other.pem())).await);
}

#[tokio::test]
async fn the_name_in_the_certificate_counts() {
    let ours = authority();
    let target = serve(&ours, "tokens.internal", None).await;
    let tls = Tls::new().ca_certificate(ours.pem());
    assert!(!works(&target, tls.clone()).await);
    assert!(works(&target, tls.server_name("tokens.internal")).await);
}

#[tokio::test]
async fn mtls_proves_the_client() {
    let (ours, clients) = (authority(), authority());
    let target = serve(&ours, "localhost", Some(&clients)).await;
    let tls = Tls::new().ca_certificate(ours.pem());
    assert!(!works(&target, tls.clone()).await);
    let (certificate, key) = issue(&clients, "service-a");
    assert!(works(&target, tls.clone().identity(&certificate, &key)).await);
    let (certificate, key) = issue(&ours, "service-a");
    assert!(!works(&target, tls.identity(&certificate, &key)).await);
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused() {
    let build = |target: &str| SecureTokenClient::builder(target);
    for target in [
        "",
        "localhost",
        "ftp://localhost:1",
        "http://",
        "http://a b",
    ] {
        assert!(build(target).build().is_err(), "{target}");
    }
    assert!(build("http://localhost:1").tls(Tls::new()).build().is_err());
    let broken = Tls::new()
        .ca_certificate("none")
        .identity("none", "secret-key");
    let builder = build("https://localhost:1").tls(broken);
    assert!(!format!("{builder:?}").contains("secret-key"));
    assert!(builder.build().is_err());
}

#[test]
fn without_a_runtime_it_is_an_error_and_no_panic() {
    assert!(
        SecureTokenClient::builder("http://localhost:1")
            .build()
            .is_err()
    );
}
