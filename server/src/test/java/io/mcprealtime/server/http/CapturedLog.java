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
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          var fault = event.getThrowableProxy();
          String line =
              event.getFormattedMessage() + (fault == null ? "" : ": " + fault.getMessage());
          lines.add(line);
          if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
            errors.add(line);
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

  /** What was logged at any level. */
  List<String> lines() {
    return lines;
  }

  List<String> errors() {
    return errors;
  }

  @Override
  public void close() {
    root.detachAppender(appender);
  }
}
