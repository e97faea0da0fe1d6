package io.mcprealtime.advice;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.ServerId;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Something that should be done, with the numbers that say so.
 *
 * @param id the rule, and what it is about where there may be several: {@code
 *     timeout-too-tight:github}. The same as long as the same is recommended
 * @param server that it concerns; absent when it concerns the whole
 * @param what to do, as an imperative that names the server
 * @param together the imperative for several servers at once, before their names
 * @param why the numbers
 * @param effect what is to be expected of it
 * @param figure the measured quantity that should change by it
 * @param setting the present value of what should be changed, by which a change is noticed; absent
 *     where nobody can see one
 * @param evidence more numbers, by name
 */
public record Recommendation(
    String id,
    @Nullable ServerId server,
    String what,
    String together,
    String why,
    String effect,
    Urgency urgency,
    Figure figure,
    @Nullable String setting,
    Map<String, String> evidence) {
  /** Longer texts are cut: servers name themselves. */
  public static final int MAX_TEXT = 1_000;

  private static final int MAX_EVIDENCE = 20;
  private static final char SEPARATOR = ':';

  /** Control and format characters, and line ends: servers name themselves. */
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

  private static final String REPLACEMENT = "\uFFFD";

  public Recommendation {
    if (id.isBlank() || id.length() > MAX_TEXT) {
      throw new IllegalArgumentException(
          "the id of a recommendation must have 1 to %d characters, has %d"
              .formatted(MAX_TEXT, id.length()));
    }
    what = clean(what);
    together = clean(together);
    why = clean(why);
    effect = clean(effect);
    requireNonNull(urgency, "urgency");
    requireNonNull(figure, "figure");
    setting = setting == null ? null : clean(setting);
    if (evidence.size() > MAX_EVIDENCE) {
      throw new IllegalArgumentException(
          "a recommendation has at most %d pieces of evidence, %s has %d"
              .formatted(MAX_EVIDENCE, id, evidence.size()));
    }
    var bounded = new TreeMap<String, String>();
    evidence.forEach((name, value) -> bounded.put(name, clean(value)));
    evidence = Map.copyOf(bounded);
  }

  /** A text as it is kept: in one line, without characters that steer terminals, and bounded. */
  static String clean(String text) {
    return cut(CONTROL.matcher(text).replaceAll(REPLACEMENT));
  }

  private static String cut(String text) {
    if (text.length() <= MAX_TEXT) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(MAX_TEXT - 2)) ? MAX_TEXT - 2 : MAX_TEXT - 1;
    return text.substring(0, end) + "…";
  }

  /** The rule that it comes from, the first part of the id. */
  public String rule() {
    int end = id.indexOf(SEPARATOR);
    return end < 0 ? id : id.substring(0, end);
  }

  /** What to do and why, in one line. */
  public String text() {
    return what + ": " + why;
  }

  /** A recommendation of that rule; what, why, effect and figure have to be set. */
  public static Builder of(String rule) {
    return new Builder(rule);
  }

  /** Puts one together. */
  public static final class Builder {
    private final String rule;
    private final Map<String, String> evidence = new TreeMap<>();
    private String id;
    private @Nullable ServerId server;
    private @Nullable String what;
    private @Nullable String together;
    private @Nullable String why;
    private @Nullable String effect;
    private @Nullable Figure figure;
    private @Nullable String setting;
    private Urgency urgency = Urgency.NORMAL;

    private Builder(String rule) {
      this.rule = rule;
      this.id = rule;
    }

    /** What it is about, where the rule may say the same of several. */
    public Builder subject(String value) {
      id = rule + SEPARATOR + value;
      return this;
    }

    public Builder server(ServerId value) {
      server = value;
      return subject(value.value());
    }

    public Builder what(String value) {
      what = value;
      return this;
    }

    public Builder together(String value) {
      together = value;
      return this;
    }

    public Builder why(String value) {
      why = value;
      return this;
    }

    public Builder effect(String value) {
      effect = value;
      return this;
    }

    public Builder urgency(Urgency value) {
      urgency = value;
      return this;
    }

    public Builder figure(Figure value) {
      figure = value;
      return this;
    }

    public Builder setting(@Nullable String value) {
      setting = value;
      return this;
    }

    public Builder evidence(String name, Object value) {
      evidence.put(name, value.toString());
      return this;
    }

    public Recommendation build() {
      var imperative = requireNonNull(what, "what");
      return new Recommendation(
          id,
          server,
          imperative,
          together == null ? imperative : together,
          requireNonNull(why, "why"),
          requireNonNull(effect, "effect"),
          urgency,
          requireNonNull(figure, "figure"),
          setting,
          evidence);
    }
  }
}
