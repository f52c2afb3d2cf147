package io.crmcore

import java.math.BigDecimal
import java.nio.file.Files
import java.nio.file.Path
import java.time.LocalDate
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

/** Prices of documents by a catalogue, without a database. */
class PricingTest {
    private val folder = Path.of(System.getProperty("basedir") ?: ".").resolve("../conformance/pricing")

    private fun text(name: String, part: String): String = Files.readString(folder.resolve("$name.$part.json"))

    private fun expected(name: String): String = text(name, "expected").trimEnd()

    private val names: List<String> =
        Files.list(folder).use { files ->
            files.map { it.fileName.toString() }.filter { it.endsWith(".catalog.json") }.toList()
        }.map { it.removeSuffix(".catalog.json") }.sorted()

    private fun priced(name: String): PriceResult =
        Pricer.fromJson(text(name, "catalog")).use { it.price(parsePriceDocument(text(name, "document"))) }

    /** The result, or the problems, as all languages write them. */
    private fun answer(price: () -> String): String =
        try {
            price()
        } catch (error: CrmException) {
            """{"problems":[${error.problems.joinToString(",") { it.toJson() }}]}"""
        }

    private fun amount(text: String) = BigDecimal(text)

    private fun BigDecimal?.equalTo(text: String) = assertTrue(this != null && compareTo(amount(text)) == 0, "$this is not $text")

    @Test
    fun `Kotlin gives the expected bytes`() {
        assertTrue(names.size >= 18, "$names")
        for (name in names) {
            val answered = answer {
                Pricer.fromJson(text(name, "catalog")).use { it.priceJson(text(name, "document")) }
            }
            assertEquals(expected(name), answered, name)
        }
    }

    @Test
    fun `typed values give the same bytes`() {
        for (name in names.filterNot { it.startsWith("refused") }) {
            val catalog = parsePriceCatalog(text(name, "catalog"))
            val document = parsePriceDocument(text(name, "document"))
            Pricer(catalog).use { pricer ->
                assertEquals(catalog.version, pricer.version())
                val result = pricer.price(document)
                assertEquals(expected(name), result.toJson(), name)
                assertEquals(result, parsePriceResult(expected(name)))
                assertEquals(listOf(result, result, result), pricer.priceMany(listOf(document, document, document), 2u))
            }
        }
    }

    @Test
    fun `the published figures`() {
        val rebate = priced("list_and_discount").items.first()
        rebate.rows[0].value.equalTo("406.5")
        rebate.rows[1].value.equalTo("-36.59")
        rebate.net.equalTo("369.91")
        priced("scale_to").items.first().net.equalTo("2800")
        priced("scale_graduated").items.first().net.equalTo("2230")
        priced("units").net.equalTo("110.23")
        priced("vat").tax.equalTo("365.13")
        priced("vat").gross.equalTo("1825.63")
    }

    @Test
    fun `a catalogue and a document can be written in Kotlin`() {
        val catalog =
            PriceCatalog(
                version = "2026-1",
                conditionTypes =
                    listOf(
                        ConditionType("PRICE", ConditionKind.PRICE, Calculation.QUANTITY),
                        ConditionType("REBATE", ConditionKind.DISCOUNT, Calculation.PERCENT),
                    ),
                procedures =
                    listOf(
                        PricingProcedure(
                            code = "SALE",
                            steps =
                                listOf(
                                    PricingStep(number = 10, conditionType = "PRICE", mandatory = true),
                                    PricingStep(number = 20, conditionType = "REBATE"),
                                ),
                        ),
                    ),
            )
        val conditions =
            listOf(
                ManualCondition(conditionType = "PRICE", rate = amount("135.50")),
                ManualCondition(conditionType = "REBATE", rate = amount("9")),
            )
        val item = PriceItem(id = "10", quantity = amount("3"), conditions = conditions)
        val document = PriceDocument("EUR", LocalDate.parse("2026-05-01"), items = listOf(item))
        Pricer(catalog).use { pricer ->
            val result = pricer.price(document)
            result.net.equalTo("369.91")
            assertEquals(RowOrigin.MANUAL, result.items.first().rows.first().origin)
            refused<CrmException.Invalid>(ErrorCode.OUT_OF_RANGE, "threads") { pricer.priceMany(listOf(document), 0u) }
            val unpriced = document.copy(items = listOf(item.copy(conditions = listOf())))
            refused<CrmException.Invalid>(ErrorCode.MISSING_PRICE, "documents[1].items[0]") {
                pricer.priceMany(listOf(document, unpriced))
            }
        }
    }

    @Test
    fun `what cannot be priced has a code, an item and a step`() {
        val steps =
            mapOf(
                ErrorCode.MISSING_PRICE to "10",
                ErrorCode.MISSING_UNIT_FACTOR to "10",
                ErrorCode.MISSING_RATE to "10",
                ErrorCode.AMBIGUOUS_RULE to "20",
                ErrorCode.PRECISION_EXCEEDED to "10",
                ErrorCode.NEGATIVE_NET to "25",
            )
        for ((code, step) in steps) {
            val name = "refused_${code.name.lowercase()}"
            val error = assertThrows<CrmException.Invalid> {
                Pricer.fromJson(text(name, "catalog")).use { it.priceJson(text(name, "document")) }
            }
            assertEquals(code, error.code)
            val data = error.problems.first().data
            assertEquals("10" to step, data["item"] to data["step"], name)
        }
    }

    @Test
    fun `a float is refused with its path`() {
        val document = text("refused_float", "document")
        Pricer.fromJson(text("refused_float", "catalog")).use { pricer ->
            refused<CrmException.Invalid>(ErrorCode.FLOAT_NOT_ALLOWED, "items[0].quantity") { pricer.priceJson(document) }
        }
        refused<CrmException.Invalid>(ErrorCode.FLOAT_NOT_ALLOWED, "items[0].quantity") { parsePriceDocument(document) }
        val wrong = text("vat", "catalog").replace("\"number\": 10", "\"number\": 10.5")
        val error = assertThrows<CrmException.Invalid> { Pricer.fromJson(wrong) }
        assertEquals("procedures[0].steps[0].number", error.field)
    }
}
