/** Protects services of grpc-java with tokens. */
package dev.securetoken.grpc;
