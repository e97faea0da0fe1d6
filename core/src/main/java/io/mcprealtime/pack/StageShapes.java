package io.mcprealtime.pack;

import io.mcprealtime.ProbeStage;
import io.mcprealtime.StageResult;
import io.mcprealtime.StageResult.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A column of lists of stages without their times: most repeat the one before. */
final class StageShapes {
  /** A stage without its time. */
  record Part(ProbeStage stage, Verdict verdict, boolean timed, @Nullable String detail) {
    static Part of(StageResult result) {
      return new Part(result.stage(), result.verdict(), result.time() != null, result.detail());
    }
  }

  private static final int SAME = 0;
  private static final int KNOWN = 1;
  private static final int NEW = 2;

  private final TextColumn details;
  private final Symbols kinds = new Symbols(2, 8);
  private final Numbers ages = new Numbers(1);
  private final Numbers sizes = new Numbers(1);
  private final Symbols stages = new Symbols(4, 1);
  private final Symbols verdicts = new Symbols(3, 1);
  private final List<List<Part>> shapes = new ArrayList<>();
  private final Map<List<Part>, Integer> places = new HashMap<>();
  private int last = -1;

  StageShapes(TextModel texts) {
    details = new TextColumn(texts, EnumCode.STAGES.size());
  }

  List<Part> code(BitCoder coder, int state, List<Part> shape) {
    int place = -1;
    if (!coder.isDecoding()) {
      boolean repeated = last >= 0 && shapes.get(last).equals(shape);
      place = repeated ? last : places.getOrDefault(shape, -1);
    }
    int kind = kinds.code(coder, state, place < 0 ? NEW : place == last ? SAME : KNOWN);
    if (kind == NEW) {
      last = shapes.size();
      var written = write(coder, shape);
      shapes.add(written);
      places.put(written, last);
    } else if (kind == KNOWN) {
      last = shapes.size() - 1 - (int) ages.code(coder, 0, shapes.size() - 1 - place);
    }
    return shapes.get(last);
  }

  private List<Part> write(BitCoder coder, List<Part> shape) {
    int size = (int) sizes.code(coder, 0, shape.size());
    if (size < 0 || size > HealthColumns.MAX_STAGES) {
      throw new IllegalArgumentException(
          "a health check in a chunk has at most %d stages, not %d"
              .formatted(HealthColumns.MAX_STAGES, size));
    }
    var parts = new ArrayList<Part>(size);
    for (int i = 0; i < size; i++) {
      Part part = coder.isDecoding() ? null : shape.get(i);
      int stage = stages.code(coder, 0, part == null ? 0 : EnumCode.STAGES.of(part.stage()));
      int verdict =
          verdicts.code(
              coder,
              0,
              part == null
                  ? 0
                  : EnumCode.VERDICTS.of(part.verdict()) << 1 | (part.timed() ? 1 : 0));
      String detail = details.code(coder, stage, part == null ? null : part.detail());
      parts.add(
          new Part(
              EnumCode.STAGES.get(stage),
              EnumCode.VERDICTS.get(verdict >> 1),
              (verdict & 1) == 1,
              detail));
    }
    return List.copyOf(parts);
  }
}
