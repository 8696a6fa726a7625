//! Targets, TLS and mTLS.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use secure_token_client::{SecureTokenClient, Tls};
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
    let client = SecureTokenClient::builder(target).tls(tls).build().unwrap();
    client.validate_token("a").await.is_ok()
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
        "localhost:1",
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
