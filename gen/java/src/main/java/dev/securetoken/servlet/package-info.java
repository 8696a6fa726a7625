/** Protects Jakarta servlets with tokens. Needs {@code jakarta.servlet-api} 5 or newer. */
package dev.securetoken.servlet;
