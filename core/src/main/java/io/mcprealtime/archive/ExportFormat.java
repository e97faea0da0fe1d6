package io.mcprealtime.archive;

/** How the files of an export are written. */
public enum ExportFormat {
  /** One JSON object a line, without loss: what an import takes. */
  NDJSON("ndjson"),
  /** Comma-separated values of metrics, for spreadsheets; no import takes them. */
  CSV("csv");

  private final String label;

  ExportFormat(String label) {
    this.label = label;
  }

  /** The name on the command line, in the manifest and at the end of file names. */
  public String label() {
    return label;
  }

  /** The format of that label, or {@link IllegalArgumentException}. */
  public static ExportFormat ofLabel(String label) {
    for (var format : values()) {
      if (format.label.equals(label)) {
        return format;
      }
    }
    throw new IllegalArgumentException(
        "format '%s' is not known; use ndjson or csv".formatted(label));
  }
}
