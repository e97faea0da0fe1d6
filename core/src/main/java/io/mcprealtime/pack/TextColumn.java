package io.mcprealtime.pack;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A column of texts of which many are absent or repeated: each is written out once. */
final class TextColumn {
  private static final int ABSENT = 0;
  private static final int SAME = 1;
  private static final int KNOWN = 2;
  private static final int NEW = 3;

  private final TextModel model;
  private final Symbols kinds;
  private final Numbers ages = new Numbers(1);
  private final List<String> texts = new ArrayList<>();
  private final Map<String, Integer> places = new HashMap<>();
  private int last = -1;

  TextColumn(TextModel model, int contexts) {
    this.model = model;
    this.kinds = new Symbols(2, contexts);
  }

  @Nullable String code(BitCoder coder, int context, @Nullable String text) {
    int place = coder.isDecoding() || text == null ? -1 : places.getOrDefault(text, -1);
    int kind = text == null ? ABSENT : place < 0 ? NEW : place == last ? SAME : KNOWN;
    kind = kinds.code(coder, context, kind);
    if (kind == ABSENT) {
      return null;
    }
    if (kind == NEW) {
      last = texts.size();
      String written = model.code(coder, text == null ? "" : text);
      texts.add(written);
      places.put(written, last);
    } else if (kind == KNOWN) {
      last = texts.size() - 1 - (int) ages.code(coder, 0, texts.size() - 1 - place);
    }
    return texts.get(last);
  }
}
