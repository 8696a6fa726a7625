package dev.securetoken;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.util.concurrent.TimeUnit;

/** Channels with the settings that suit the service. */
final class Channels {
  /** A batch of 1,000 tokens is asked in 1 MiB and may be answered in several. */
  private static final int MAX_ANSWER_BYTES = 16 * 1024 * 1024;

  /** As much as the service takes itself; error details travel in headers. */
  private static final int MAX_HEADER_BYTES = 16 * 1024;

  private Channels() {}

  /** A channel that keeps its connection; a dead one is found by a ping a minute into a silence. */
  static ManagedChannel open(String target, ChannelCredentials credentials, String serverName) {
    ManagedChannelBuilder<?> builder =
        Grpc.newChannelBuilder(target, credentials)
            .defaultServiceConfig(RetryPolicy.serviceConfig())
            // What is retried is decided here, not by a TXT record.
            .disableServiceConfigLookUp()
            .enableRetry()
            .keepAliveTime(60, TimeUnit.SECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS)
            .maxInboundMessageSize(MAX_ANSWER_BYTES)
            .maxInboundMetadataSize(MAX_HEADER_BYTES);
    if (serverName != null) {
      builder.overrideAuthority(serverName);
    }
    return builder.build();
  }
}
