/**
 * The client of a Secure Token service. {@link dev.securetoken.SecureTokenClient} is where to start;
 * {@code dev.securetoken.v1} holds what is generated from the protos.
 */
package dev.securetoken;
