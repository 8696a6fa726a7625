package dev.securetoken;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and keys in PEM (RFC 7468), looked at before gRPC has them: what it cannot read it
 * tells at the first call, as a transport that is missing.
 */
final class PemFiles {
  private static final int MAX_BYTES = 1024 * 1024;
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]*)-----END PRIVATE KEY-----");
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");
  private static final byte[] SAMPLE = {1};

  private PemFiles() {}

  /**
   * Reads certificates.
   *
   * @param argument what the file was given as, for the message
   * @throws IllegalArgumentException for a file without a certificate, or with one that is broken
   */
  static byte[] certificates(Path file, String argument) throws IOException {
    byte[] bytes = RegularFile.read(file, MAX_BYTES);
    parse(bytes, file, argument);
    return bytes;
  }

  /**
   * Reads the key of a certificate.
   *
   * @param chain certificates, its own first
   * @throws IllegalArgumentException for a file without a key, or with that of another certificate
   */
  static byte[] key(Path file, byte[] chain, Path chainFile, String argument) throws IOException {
    PublicKey open = parse(chain, chainFile, argument).get(0).getPublicKey();
    byte[] bytes = RegularFile.read(file, MAX_BYTES);
    Matcher text = KEY.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
    if (!text.find()) {
      throw refused(argument, file, "holds no private key of PKCS 8 in PEM");
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(text.group(1));
      KeyFactory keys = KeyFactory.getInstance(open.getAlgorithm());
      PrivateKey key = keys.generatePrivate(new PKCS8EncodedKeySpec(der));
      if (arePair(key, open)) {
        return bytes;
      }
    } catch (GeneralSecurityException | IllegalArgumentException ignored) {
      // Of another kind than the certificate's, or cut off: told as the same, and nothing is quoted.
    }
    throw refused(argument, file, "holds no key of the first certificate in " + chainFile);
  }

  private static List<Certificate> parse(byte[] bytes, Path file, String argument) {
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      List<Certificate> all =
          new ArrayList<>(factory.generateCertificates(new ByteArrayInputStream(bytes)));
      if (!all.isEmpty()) {
        return all;
      }
    } catch (CertificateException ignored) {
      // What it says names classes of the platform.
    }
    throw refused(argument, file, "holds no certificate of X.509 in PEM");
  }

  private static boolean arePair(PrivateKey key, PublicKey open) throws GeneralSecurityException {
    String algorithm = SIGNATURES.get(open.getAlgorithm());
    if (algorithm == null) {
      // A kind that is not tried here is left to the handshake.
      return true;
    }
    Signature signer = Signature.getInstance(algorithm);
    signer.initSign(key);
    signer.update(SAMPLE);
    byte[] signature = signer.sign();
    signer.initVerify(open);
    signer.update(SAMPLE);
    return signer.verify(signature);
  }

  private static IllegalArgumentException refused(String argument, Path file, String fault) {
    return new IllegalArgumentException(argument + ": " + file + " " + fault);
  }
}
