/** Spring Security: the user and the permissions of a token as an {@code Authentication}. */
package dev.securetoken.spring;
