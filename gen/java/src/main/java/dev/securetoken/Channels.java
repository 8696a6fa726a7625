package dev.securetoken;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Channels with the settings that suit the service. */
final class Channels {
  /** A batch of 1,000 tokens is asked in 1 MiB and may be answered in several. */
  private static final int MAX_ANSWER_BYTES = 16 * 1024 * 1024;

  /** As much as the service takes itself; error details travel in headers. */
  private static final int MAX_HEADER_BYTES = 16 * 1024;

  /** All addresses of a name take part; one that cannot be connected to gets no call. */
  private static final Map<String, Object> ROUND_ROBIN =
      Map.of("loadBalancingConfig", List.of(Map.of("round_robin", Map.of())));

  private Channels() {}

  /** A channel that keeps its connection; a dead one is found by a ping a minute into a silence. */
  static ManagedChannel open(Target target, ChannelCredentials credentials, String serverName) {
    ManagedChannelBuilder<?> builder =
        Grpc.newChannelBuilder(target.grpc, credentials)
            .defaultServiceConfig(ROUND_ROBIN)
            // What is retried is decided by Attempts, not by a TXT record.
            .disableServiceConfigLookUp()
            .keepAliveTime(60, TimeUnit.SECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS)
            .maxInboundMessageSize(MAX_ANSWER_BYTES)
            .maxInboundMetadataSize(MAX_HEADER_BYTES);
    if (serverName != null) {
      builder.overrideAuthority(serverName);
    }
    if (target.isLocal) {
      builder.proxyDetector(address -> null);
    }
    return builder.build();
  }
}
