package io.mcprealtime.server;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchitectureTest {
  private static final String[] ADAPTERS = {
    "io.mcprealtime.mcp..",
    "io.mcprealtime.redis..",
    "io.mcprealtime.postgres..",
    "io.mcprealtime.server..",
    "io.mcprealtime.testkit.."
  };
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.mcprealtime");
  private static final JavaClasses CORE = CLASSES.that(resideOutsideOfPackages(ADAPTERS));

  @Test
  void core_dependsOnNoAdapter_andOnNoFramework() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ADAPTERS)
        .orShould()
        .dependOnClassesThat()
        .resideInAnyPackage("io.vertx..", "java.sql..", "java.net.http..", "picocli..")
        .check(CORE);
    assertThat(CORE.contain("io.mcprealtime.McpRealtime")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"mcp", "redis", "postgres"})
  void adapters_dependOnCoreAlone(String adapter) {
    for (String other : ADAPTERS) {
      if (!other.contains("." + adapter + ".")) {
        noClasses()
            .that()
            .resideInAPackage("io.mcprealtime." + adapter + "..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(other)
            .check(CLASSES);
      }
    }
  }

  @Test
  void vertx_staysInTheHttpPackage() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.mcprealtime.server.http..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.vertx..")
        .check(CLASSES);
  }

  /**
   * The public face (io.mcprealtime: records and managers) stands on the packages under it, whose
   * roles speak of its records: that is one cycle by design. Nothing else of core may make one.
   */
  @Test
  void coresPackages_makeNoCycles_butThroughThePublicFace() {
    var face = resideInAPackage("io.mcprealtime");
    slices()
        .matching("io.mcprealtime.(*)..")
        .should()
        .beFreeOfCycles()
        .ignoreDependency(face, alwaysTrue())
        .ignoreDependency(alwaysTrue(), face)
        .check(CORE);
  }

  @Test
  void everyPackage_isNullMarked() {
    var unmarked = new TreeSet<String>();
    for (var type : CLASSES) {
      if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
        unmarked.add(type.getPackageName());
      }
    }
    assertThat(unmarked).isEmpty();
  }
}
