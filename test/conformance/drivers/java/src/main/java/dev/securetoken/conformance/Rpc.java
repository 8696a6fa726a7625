package dev.securetoken.conformance;

import dev.securetoken.CheckOptions;
import dev.securetoken.GenerateOptions;
import dev.securetoken.RefreshOptions;
import dev.securetoken.SecureTokenClient;
import java.util.Map;

/** Requests of the corpus as calls of the client. */
final class Rpc {
  private Rpc() {}

  static Object call(SecureTokenClient client, String rpc, Members request) {
    String token = request.text("token");
    switch (rpc) {
      case "GenerateToken":
        return Described.issued(
            client.generateToken(request.text("userId"), generateOptions(request)));
      case "ValidateToken":
        return Described.validated(client.validateToken(token, checkOptions(request)));
      case "CheckPermission":
        String permission = request.text("requiredPermission");
        boolean granted = client.checkPermission(token, permission, checkOptions(request));
        return Map.of("granted", granted);
      case "CheckPermissions":
        return Described.checked(
            client.checkPermissions(token, request.texts("permissions"), checkOptions(request)));
      case "BatchValidateTokens":
        return Described.batch(
            client.batchValidateTokens(request.texts("tokens"), checkOptions(request)));
      case "RefreshToken":
        return Described.issued(client.refreshToken(token, refreshOptions(request)));
      case "GetTokenInfo":
        return Described.info(client.getTokenInfo(token));
      case "IntrospectToken":
        return Described.introspection(client.introspectToken(token));
      case "RevokeTokens":
        return Revocations.outcomes(
            client.revokeTokens(Revocations.targets(request), request.textOr("reason", "")));
      case "ListRevocations":
        return Revocations.page(client.listRevocations(Revocations.query(request)));
      case "ExportConfig":
        return Described.config(client.exportConfig());
      default:
        throw new IllegalArgumentException("no RPC is named " + rpc);
    }
  }

  private static CheckOptions checkOptions(Members request) {
    return request.has("audience")
        ? CheckOptions.audience(request.text("audience"))
        : CheckOptions.defaults();
  }

  private static GenerateOptions generateOptions(Members request) {
    GenerateOptions options =
        GenerateOptions.defaults()
            .withPermissions(request.texts("permissions"))
            .withAudiences(request.texts("audiences"))
            .expiresIn(request.duration("expiresIn"));
    return request.has("additionalData")
        ? options.additionalData(request.map("additionalData"))
        : options;
  }

  private static RefreshOptions refreshOptions(Members request) {
    RefreshOptions options = RefreshOptions.defaults().expiresIn(request.duration("newExpiresIn"));
    return Boolean.TRUE.equals(request.get("revokeOld")) ? options.revokeOld() : options;
  }
}
