/** Test helpers for programs that check tokens: a token service in memory. */
package dev.securetoken.testing;
