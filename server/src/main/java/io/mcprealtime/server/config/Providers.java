package io.mcprealtime.server.config;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Knows by their addresses which services have a free tier, to keep within it unless told else. */
final class Providers {
  private static final Pattern HOST = Pattern.compile("//(?:[^/?#]*@)?([^/?#:@]+)");

  private Providers() {}

  /** The presets that fit. */
  static List<String> presets(@Nullable String databaseUrl, CacheConfig cache) {
    var presets = new ArrayList<String>();
    var upstash = cache.upstashUrl();
    if ((upstash != null && isOf(upstash, "upstash.io")) || isOf(cache.redisUrl(), "upstash.io")) {
      presets.add("upstash-free");
    }
    if (isOf(databaseUrl, "supabase.co") || isOf(databaseUrl, "supabase.com")) {
      presets.add("supabase-free");
    }
    return presets;
  }

  private static boolean isOf(URI url, String domain) {
    return isOf(url.toString(), domain);
  }

  private static boolean isOf(@Nullable String url, String domain) {
    if (url == null) {
      return false;
    }
    var host = HOST.matcher(url);
    return host.find() && host.group(1).toLowerCase(Locale.ROOT).endsWith("." + domain);
  }
}
