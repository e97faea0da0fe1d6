package io.mcprealtime.mcp.config;

import io.mcprealtime.mcp.Target;
import io.mcprealtime.mcp.auth.ClientCredentials;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A target as its config writes it, with its placeholders. */
sealed interface TargetTemplate {
  /** Replaces the placeholders by the values of this moment. */
  Target resolve(ExpansionContext context);

  /** The transport's name for people and the API. */
  String transport();

  /** What may be shown: the names of variables and headers, never their values. */
  String describe();

  record Stdio(
      String command,
      List<String> arguments,
      Map<String, String> env,
      @Nullable String envFile,
      @Nullable String cwd)
      implements TargetTemplate {
    @Override
    public Target resolve(ExpansionContext context) {
      Expander expander = new Expander(context);
      List<String> line = new ArrayList<>();
      line.add(expander.expand(command));
      line.addAll(expander.expand(arguments));
      Map<String, String> own = expander.expand(env);
      Path directory = path("cwd", cwd, expander, context);
      Path file = path("envFile", envFile, expander, context);
      expander.requireComplete();
      if (line.get(0).isBlank()) {
        throw new ConfigException("command is empty; name the program that starts the server");
      }
      Map<String, String> all = new LinkedHashMap<>();
      if (file != null) {
        all.putAll(EnvFile.read(file));
      }
      all.putAll(own);
      return new Target.Stdio(line, all, directory, expander.substituted());
    }

    private static @Nullable Path path(
        String key, @Nullable String text, Expander expander, ExpansionContext context) {
      if (text == null) {
        return null;
      }
      try {
        return context.workspaceFolder().resolve(expander.expand(text)).normalize();
      } catch (InvalidPathException e) {
        throw new ConfigException(key + " is not a path on this system; correct it", e);
      }
    }

    @Override
    public String transport() {
      return "stdio";
    }

    @Override
    public String describe() {
      String count = arguments.size() == 1 ? "1 argument" : arguments.size() + " arguments";
      return "%s (%s%s)".formatted(command, count, names(", env ", env));
    }
  }

  record Remote(Kind kind, String url, Map<String, String> headers, @Nullable AuthTemplate auth)
      implements TargetTemplate {
    enum Kind {
      HTTP,
      SSE
    }

    @Override
    public Target resolve(ExpansionContext context) {
      Expander expander = new Expander(context);
      String address = expander.expand(url);
      Map<String, String> sent = expander.expand(headers);
      if (auth instanceof AuthTemplate.Bearer bearer) {
        sent.put("Authorization", bearer.header(expander));
      }
      ClientCredentials client =
          auth instanceof AuthTemplate.Client known ? known.resolve(expander) : null;
      expander.requireComplete();
      try {
        URI uri = new URI(address.strip());
        if (auth != null && uri.getRawUserInfo() != null) {
          throw new ConfigException(
              "has both auth and a user in its url; keep the one that is meant");
        }
        if (client != null && uri.getHost() != null && !client.isSafeWith(uri)) {
          throw new ConfigException(
              "has a plain http url, whose answers could send auth.clientSecret anywhere; set"
                  + " auth.tokenUrl or use https");
        }
        return kind == Kind.SSE
            ? new Target.Sse(uri, sent, client, expander.substituted())
            : new Target.StreamableHttp(uri, sent, client, expander.substituted());
      } catch (URISyntaxException | IllegalArgumentException e) {
        // The cause is left out: its message would show the whole address.
        throw new ConfigException("url is not an address like https://HOST/PATH; correct it");
      }
    }

    @Override
    public String transport() {
      return kind == Kind.SSE ? "sse" : "http";
    }

    @Override
    public String describe() {
      String named = names("headers ", headers);
      String login = auth == null ? "" : (named.isEmpty() ? "" : ", ") + "auth " + auth.type();
      return redacted(url) + (named.isEmpty() && login.isEmpty() ? "" : " (" + named + login + ")");
    }

    private static String redacted(String url) {
      String bare = url.replaceFirst("[?#].*", "");
      return bare.replaceFirst("^([A-Za-z][A-Za-z0-9+.-]*://)[^/]*@", "$1");
    }
  }

  private static String names(String label, Map<String, String> values) {
    return values.isEmpty() ? "" : label + String.join(", ", values.keySet());
  }
}
