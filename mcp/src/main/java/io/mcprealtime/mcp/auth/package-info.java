/**
 * OAuth 2.1 client credentials: where the token of a server comes from, and how it is kept and
 * renewed. It knows HTTP only as {@link io.mcprealtime.mcp.auth.AuthHttp}.
 */
@NullMarked
package io.mcprealtime.mcp.auth;

import org.jspecify.annotations.NullMarked;
