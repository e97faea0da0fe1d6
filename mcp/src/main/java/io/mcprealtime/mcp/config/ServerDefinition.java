package io.mcprealtime.mcp.config;

import io.mcprealtime.ServerId;
import io.mcprealtime.mcp.AddressRule;
import io.mcprealtime.mcp.Canary;
import io.mcprealtime.mcp.ProbeOptions;
import io.mcprealtime.mcp.Target;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A server as a config file or a caller of the API defines it. Placeholders are kept, and replaced
 * when the server is about to be reached. Two definitions are equal when the file says the same of
 * both, whatever the environment holds.
 */
public final class ServerDefinition {
  private final ServerId id;
  private final TargetTemplate template;
  private final List<Canary> canaries;
  private final @Nullable Duration timeout;
  private final @Nullable RecoveryPlan recovery;
  private final String file;
  private final String key;
  private final ExpansionContext context;
  private final @Nullable AddressRule addressRule;

  ServerDefinition(
      ServerId id,
      TargetTemplate template,
      List<Canary> canaries,
      @Nullable Duration timeout,
      @Nullable RecoveryPlan recovery,
      String file,
      String key,
      ExpansionContext context,
      @Nullable AddressRule addressRule) {
    this.id = id;
    this.template = template;
    this.canaries = List.copyOf(canaries);
    this.timeout = timeout;
    this.recovery = recovery;
    this.file = file;
    this.key = key;
    this.context = context;
    this.addressRule = addressRule;
  }

  public ServerId id() {
    return id;
  }

  /**
   * How the server is reached, with the values that its placeholders have now.
   *
   * @throws ConfigException when a placeholder has no value, or the result is no target
   */
  public Target resolve() {
    return template.resolve(context);
  }

  /** The definition for people, without arguments, values and the secrets in them. */
  public String describe() {
    return "%s: %s %s".formatted(id, template.transport(), template.describe());
  }

  /** The transport's name: {@code stdio}, {@code http} or {@code sse}. */
  public String transport() {
    return template.transport();
  }

  /** How it is reached, for people, without values and the secrets in them. */
  public String describeTarget() {
    return template.describe();
  }

  /** The tool calls that prove what lies behind the server, in their order. */
  public List<Canary> canaries() {
    return canaries;
  }

  /** The canaries, the timeout and the rule for addresses as the prober takes them. */
  public ProbeOptions options() {
    return ProbeOptions.builder()
        .canaries(canaries)
        .requestTimeout(timeout)
        .addressRule(addressRule)
        .build();
  }

  /** How long an answer may take. */
  public Optional<Duration> timeout() {
    return Optional.ofNullable(timeout);
  }

  /**
   * What is done to bring it back when it is down, with the values that its placeholders have now;
   * empty when nothing is.
   *
   * @throws ConfigException when a placeholder has no value
   */
  public Optional<RecoveryPlan> recovery() {
    if (recovery == null) {
      return Optional.empty();
    }
    var expander = new Expander(context);
    var webhook = recovery.webhook();
    var plan =
        new RecoveryPlan(
            recovery.restart(),
            expander.expand(recovery.command()),
            webhook == null ? null : expander.expand(webhook),
            recovery.coolDown(),
            recovery.limitPerHour());
    expander.requireComplete();
    return Optional.of(plan);
  }

  /** The file that defines it. */
  public String file() {
    return file;
  }

  /** Its place in the file, for example {@code mcpServers.files}. */
  public String key() {
    return key;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ServerDefinition that
        && id.equals(that.id)
        && template.equals(that.template)
        && canaries.equals(that.canaries)
        && Objects.equals(timeout, that.timeout)
        && Objects.equals(recovery, that.recovery)
        && context.workspaceFolder().equals(that.context.workspaceFolder());
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, template, canaries, timeout);
  }

  @Override
  public String toString() {
    return describe();
  }
}
