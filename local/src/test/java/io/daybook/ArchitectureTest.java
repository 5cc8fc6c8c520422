package io.daybook;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.micronaut.http.annotation.Controller;
import jakarta.inject.Inject;

/** The shape of the house: dependencies point one way, and each room keeps to itself. */
@AnalyzeClasses(packages = "io.daybook", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {

    @ArchTest
    static final ArchRule rooms_are_entered_one_way = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("contract")
            .definedBy("io.daybook.contract..")
            .layer("ledger")
            .definedBy("io.daybook.ledger..")
            .layer("runtime")
            .definedBy("io.daybook.runtime..")
            .layer("store")
            .definedBy("io.daybook.store..")
            .layer("accept")
            .definedBy("io.daybook.accept..")
            .layer("intake")
            .definedBy("io.daybook.intake..")
            .layer("processor")
            .definedBy("io.daybook.processor..")
            .layer("status")
            .definedBy("io.daybook.status..")
            .layer("webhooks")
            .definedBy("io.daybook.webhooks..")
            .layer("local")
            .definedBy("io.daybook.local..")
            .whereLayer("contract")
            .mayNotAccessAnyLayer()
            .whereLayer("ledger")
            .mayOnlyAccessLayers("contract")
            .whereLayer("runtime")
            .mayOnlyAccessLayers("contract")
            .whereLayer("store")
            .mayOnlyAccessLayers("contract", "ledger")
            .whereLayer("accept")
            .mayOnlyAccessLayers("contract", "ledger", "runtime")
            .whereLayer("intake")
            .mayOnlyAccessLayers("contract", "runtime", "accept")
            .whereLayer("processor")
            .mayOnlyAccessLayers("contract", "ledger", "runtime", "store", "accept")
            .whereLayer("status")
            .mayOnlyAccessLayers("contract", "ledger", "runtime", "store")
            .whereLayer("webhooks")
            .mayOnlyAccessLayers("contract", "runtime", "store")
            .whereLayer("local")
            .mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule no_two_rooms_lead_into_each_other =
            SlicesRuleDefinition.slices().matching("io.daybook.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule the_rules_are_pure_java = classes()
            .that()
            .resideInAPackage("io.daybook.ledger..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage("io.daybook.ledger..", "io.daybook.contract..", "java..")
                    .and(resideInAnyPackage("java.sql..", "java.net..", "java.nio.file..")
                            .negate()));

    @ArchTest
    static final ArchRule the_contract_does_no_io = noClasses()
            .that()
            .resideInAPackage("io.daybook.contract..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "java.sql..",
                    "java.net..",
                    "java.nio.file..",
                    "io.lettuce..",
                    "software.amazon..",
                    "io.micronaut.http.."));

    @ArchTest
    static final ArchRule intake_holds_no_database = noClasses()
            .that()
            .resideInAnyPackage("io.daybook.accept..", "io.daybook.intake..", "io.daybook.runtime..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.sql..", "javax.sql..", "io.daybook.store.."));

    @ArchTest
    static final ArchRule money_is_never_a_float = fields().that()
            .areDeclaredInClassesThat(resideInAnyPackage(
                    "io.daybook.contract..",
                    "io.daybook.ledger..",
                    "io.daybook.store..",
                    "io.daybook.accept..",
                    "io.daybook.intake..",
                    "io.daybook.processor..",
                    "io.daybook.status..",
                    "io.daybook.webhooks.."))
            .should()
            .notHaveRawType(double.class)
            .andShould()
            .notHaveRawType(float.class)
            .andShould()
            .notHaveRawType(Double.class)
            .andShould()
            .notHaveRawType(Float.class);

    @ArchTest
    static final ArchRule no_method_speaks_of_floats = methods()
            .that()
            .areDeclaredInClassesThat(
                    resideInAnyPackage("io.daybook.contract..", "io.daybook.ledger..", "io.daybook.store.."))
            .should()
            .notHaveRawReturnType(double.class)
            .andShould()
            .notHaveRawReturnType(float.class);

    @ArchTest
    static final ArchRule controllers_are_nobodys_business =
            classes().that().areAnnotatedWith(Controller.class).should().bePackagePrivate();

    /** Lambda's handlers are made by Lambda, without a container: they alone get their parts afterwards. */
    @ArchTest
    static final ArchRule parts_come_in_by_the_constructor = fields().that()
            .areAnnotatedWith(Inject.class)
            .should()
            .beDeclaredInClassesThat()
            .haveSimpleNameEndingWith("Handler");

    @ArchTest
    static final ArchRule names_come_from_the_field = noClasses()
            .that(resideInAPackage("io.daybook.."))
            .should()
            .haveNameMatching(".*(Impl|Util|Utils|Manager|Helper|Service|Dto)");

    @ArchTest
    static final ArchRule nothing_prints_but_the_command_line = noClasses()
            .that()
            .resideOutsideOfPackage("io.daybook.local.cli..")
            .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS);

    private ArchitectureTest() {}
}
