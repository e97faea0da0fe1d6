package io.mcprealtime.server.http;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What is logged at ERROR while it is open, with the fault's message. */
final class CapturedLog implements AutoCloseable {
  private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  private final List<String> errors = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
            var fault = event.getThrowableProxy();
            errors.add(
                event.getFormattedMessage() + (fault == null ? "" : ": " + fault.getMessage()));
          }
        }
      };

  private CapturedLog() {
    appender.setContext(root.getLoggerContext());
    appender.start();
    root.addAppender(appender);
  }

  static CapturedLog open() {
    return new CapturedLog();
  }

  List<String> errors() {
    return errors;
  }

  @Override
  public void close() {
    root.detachAppender(appender);
  }
}
