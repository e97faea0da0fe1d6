package io.mcprealtime.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class OpenApiTest {
  private final JsonNode document = ApiDocs.openApi();

  @Test
  void paths_areJustTheMountedOnes() {
    var documented = new TreeMap<String, Set<String>>();
    for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
      var methods = new TreeSet<String>();
      path.getValue().propertyNames().forEach(name -> methods.add(name.toUpperCase(Locale.ROOT)));
      documented.put(path.getKey().replaceAll("\\{(\\w+)}", ":$1"), methods);
    }
    var vertx = Vertx.vertx();
    try (var fixture = ApiFixture.open()) {
      var mounted = new TreeMap<String, Set<String>>();
      fixture
          .api
          .mount(new Routes(Router.router(vertx)))
          .mounted()
          .forEach(
              (path, methods) -> {
                // HEAD goes with GET and is not documented apart from it.
                methods.remove("HEAD");
                mounted.put(path, methods);
              });
      assertThat(mounted).isEqualTo(documented);
    } finally {
      vertx.close().await();
    }
  }

  @Test
  void references_lead_somewhere() {
    var references = new ArrayList<String>();
    collect(document, "$ref", references);
    assertThat(references)
        .isNotEmpty()
        .allSatisfy(
            reference -> {
              assertThat(reference).startsWith("#/components/");
              assertThat(document.at(reference.substring(1)).isObject()).isTrue();
            });
    var used = new HashSet<>(references);
    for (Map.Entry<String, JsonNode> kind : document.get("components").properties()) {
      if (!kind.getKey().equals("securitySchemes")) {
        kind.getValue()
            .propertyNames()
            .forEach(
                name -> assertThat(used).contains("#/components/" + kind.getKey() + "/" + name));
      }
    }
  }

  @Test
  void operations_areCompleteAndNamedOnce() {
    var ids = new HashSet<String>();
    var tags = new HashSet<String>();
    document.get("tags").forEach(tag -> tags.add(tag.get("name").stringValue()));
    for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
      for (var operation : path.getValue()) {
        assertThat(ids.add(operation.get("operationId").stringValue())).isTrue();
        assertThat(tags).contains(operation.get("tags").get(0).stringValue());
        assertThat(operation.get("summary").stringValue()).isNotBlank();
        assertThat(operation.get("responses").propertyNames())
            .anyMatch(code -> code.startsWith("2"));
        boolean inPath = path.getKey().contains("{id}");
        boolean documented =
            operation
                .path("parameters")
                .valueStream()
                .anyMatch(p -> p.path("$ref").stringValue("").endsWith("/serverId"));
        assertThat(documented).as(path.getKey()).isEqualTo(inPath);
      }
    }
    assertThat(document.at("/components/securitySchemes/bearer/scheme").stringValue())
        .isEqualTo("bearer");
    assertThat(document.get("openapi").stringValue()).startsWith("3.1");
  }

  private static void collect(JsonNode node, String key, List<String> found) {
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (entry.getKey().equals(key)) {
        found.add(entry.getValue().stringValue());
      }
    }
    node.forEach(child -> collect(child, key, found));
  }
}
