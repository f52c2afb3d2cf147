package io.crmcore

import java.math.BigDecimal
import java.nio.file.Files
import java.nio.file.Path
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

/** What is asked about prices: lint, audit, waterfall, what-if, counterfactual, documents that stay open. */
class PricingAnswersTest {
    private val folder = Path.of(System.getProperty("basedir") ?: ".").resolve("../conformance/pricing/answers")

    private fun text(name: String): String = Files.readString(folder.resolve("$name.json"))

    private fun expected(name: String): String = text("$name.expected").trimEnd()

    private fun order() = Pricer.fromJson(text("order.catalog"))

    private fun draft() = Pricer.fromJson(text("draft.catalog"))

    private fun document() = parsePriceDocument(text("order.document"))

    private fun BigDecimal?.equalTo(text: String) =
        assertTrue(this != null && compareTo(BigDecimal(text)) == 0, "$this is not $text")

    private fun goal(name: String) = PriceGoal.valueOf(name.uppercase())

    private fun documents() = parsePriceDocuments(text("orders.documents"))

    /** A document after its changes: what is no JSON names an item that is taken out. */
    private fun <R> opened(pricer: Pricer, arguments: List<String>, ask: (OpenDocument) -> R): R =
        OpenDocument.fromJson(pricer, arguments[1]).use { open ->
            for (change in arguments.drop(2)) {
                if (change.startsWith("{")) open.setItemJson(change) else open.removeItem(change)
            }
            ask(open)
        }

    private fun answer(call: String, arguments: List<String>): String =
        when (call) {
            "lint" -> lintPriceCatalogJson(arguments[0])
            "audit" -> auditPriceResultJson(arguments[0])
            "waterfall" -> priceWaterfallJson(arguments[0])
            "what_if" ->
                Pricer.fromJson(arguments[0]).use { present ->
                    Pricer.fromJson(arguments[1]).use {
                        present.whatIfJson(it, arguments[2], arguments.getOrNull(3), 2u)
                    }
                }
            "counterfactual" ->
                Pricer.fromJson(arguments[0]).use {
                    val figure = arguments.getOrNull(4)?.let(::BigDecimal)
                    it.counterfactualJson(arguments[1], arguments[2], goal(arguments[3]), figure)
                }
            "open" -> Pricer.fromJson(arguments[0]).use { pricer -> opened(pricer, arguments) { it.resultJson() } }
            else -> error("unknown call `$call`")
        }

    @Test
    fun `Kotlin gives the expected bytes for every answer`() {
        val lines = Files.readAllLines(folder.resolve("calls.tsv")).map { it.split("\t") }
        assertEquals(6, lines.map { it[0] }.toSet().size)
        for (line in lines) {
            val arguments = line.drop(2).map { if (it.endsWith(".json")) Files.readString(folder.resolve(it)) else it }
            val answered =
                try {
                    answer(line[0], arguments)
                } catch (error: CrmException) {
                    """{"problems":[${error.problems.joinToString(",") { it.toJson() }}]}"""
                }
            assertEquals(expected(line[1]), answered, line[1])
        }
    }

    private fun list(texts: List<String>) = texts.joinToString(",", "[", "]")

    @Test
    fun `the linter says what is useless and why a catalogue is refused`() {
        val found = lintPriceCatalog(parsePriceCatalog(text("faulty.catalog")))
        assertEquals(expected("lint_faulty"), list(found.map { it.toJson() }))
        val wanted = PriceLint.entries.toSet() - PriceLint.INVALID
        assertEquals(wanted, found.map { it.code }.toSet())
        val hidden = found.first { it.code == PriceLint.NEVER_HIT_RECORD }
        assertEquals(listOf("special", "p1"), hidden.records)
        val twice = lintPriceCatalog(parsePriceCatalog(text("twice.catalog"))).single()
        assertEquals(Triple(PriceLint.INVALID, ErrorCode.OVERLAP, true), Triple(twice.code, twice.error, twice.isError))
    }

    @Test
    fun `an audit finds the figure that was changed`() = order().use { pricer ->
        val result = pricer.price(document())
        assertEquals(listOf<PriceFinding>(), auditPriceResult(result))
        val item = result.items.first()
        val rows = listOf(item.rows.first().copy(value = BigDecimal("135.51"))) + item.rows.drop(1)
        val changed = result.copy(items = listOf(item.copy(rows = rows)) + result.items.drop(1))
        assertEquals(PriceFinding("items[0].rows[0].raw", "135.51", "135.5"), auditPriceResult(changed).first())
    }

    @Test
    fun `a waterfall ends at the net`() = order().use { pricer ->
        val item = pricer.price(documents()[1]).items.first()
        val bars = priceWaterfall(item)
        assertEquals(listOf("List price", "K007", "运费补贴", "net"), bars.map { it.label })
        bars[1].change.equalTo("-36.59")
        assertEquals(InactiveReason.EXCLUDED, bars[2].inactive)
        bars.last().end.equalTo("369.91")
        assertEquals(expected("waterfall_order"), list(bars.map { it.toJson() }))
    }

    @Test
    fun `a draft is compared by item, product and customer`() = order().use { present ->
        draft().use { draft ->
            val documents = documents()
            val found = present.whatIf(draft, documents, "customer")
            assertEquals(expected("what_if_draft"), found.toJson())
            val line = found.lines.first()
            assertEquals(listOf("Q-1", "10", "P1", "C7"), listOf(line.document, line.item, line.product, line.group))
            line.netBefore.equalTo("271")
            line.netAfter.equalTo("280")
            line.marginAfter.equalTo("80")
            assertEquals(listOf(10L, 50L), line.steps.map { it.step })
            val new = found.lines.first { it.document == "Q-4" }
            assertEquals(ErrorCode.MISSING_PRICE to null, new.errorBefore to new.errorAfter)
            assertEquals(Triple(3L, 5L, 4L), Triple(found.documents, found.total.items, found.total.changed))
            val same = present.whatIf(present, documents.take(2), threads = 2u)
            assertTrue(same.lines.isEmpty() && same.groups.isEmpty())
            refused<CrmException.Invalid>(ErrorCode.OUT_OF_RANGE, "threads") { present.whatIf(draft, documents, threads = 0u) }
            val at = "documents[1].items[0].conditions[0].rate"
            val error = refused<CrmException.Invalid>(ErrorCode.PRECISION_EXCEEDED, at) {
                present.whatIfJson(draft, text("digits.documents"))
            }
            assertEquals("20", error.problems.first().data["step"])
        }
    }

    @Test
    fun `the smallest change that reaches a goal`() = order().use { pricer ->
        // 135.50 less 7.38 % is 125.50; less 7.37 % it is 125.51.
        val rate = pricer.counterfactual(document(), "10", PriceGoal.NET, BigDecimal("125.50")).single()
        assertEquals(PriceLever.RATE to "K007", rate.lever to rate.conditionType)
        rate.toFigure.equalTo("7.38")
        pricer.counterfactual(document(), "10", PriceGoal.NO_APPROVAL).single().toFigure.equalTo("5")
        val quantity = pricer.counterfactual(document(), "20", PriceGoal.NET_PRICE, BigDecimal("123")).single()
        assertEquals(PriceLever.QUANTITY, quantity.lever)
        quantity.toFigure.equalTo("12")
        quantity.netPrice.equalTo("123.75")
        refused<CrmException.Invalid>(ErrorCode.REQUIRED, "figure") {
            pricer.counterfactual(document(), "10", PriceGoal.NET)
        }
        refused<CrmException.Invalid>(ErrorCode.NO_SUCH_RECORD, "item") {
            pricer.counterfactual(document(), "11", PriceGoal.NO_APPROVAL)
        }
        Unit
    }

    @Test
    fun `an open document has the figures of a fresh one`() = order().use { pricer ->
        OpenDocument(pricer, document()).use { open ->
            assertEquals(listOf("10"), open.setItemJson(text("changed.item")))
            val added = PriceItem(id = "30", quantity = BigDecimal("12"), product = "P2", unit = "C62")
            assertEquals(listOf("30"), open.setItem(added))
            assertEquals(listOf("10", "20", "30"), open.document().items.map { it.id })
            assertEquals(pricer.price(open.document()), open.result())
            open.item("10")!!.net.equalTo("369.91")
            assertNull(open.item("99"))
            open.removeItem("20")
            assertEquals(pricer.price(open.document()).toJson(), open.resultJson())
            val before = open.resultJson()
            refused<CrmException.Invalid>(ErrorCode.MISSING_PRICE, "items[1]") { open.setItem(added.copy(product = "P9")) }
            refused<CrmException.Invalid>(ErrorCode.NO_SUCH_RECORD, "id") { open.removeItem("99") }
            refused<CrmException.Invalid>(ErrorCode.FLOAT_NOT_ALLOWED, "quantity") { open.setItemJson(text("float.item")) }
            assertEquals(before, open.resultJson())
        }
    }

    @Test
    fun `an open document outlives its pricer and not itself`() {
        val open = order().use { OpenDocument(it, document()) }
        assertEquals(2, open.result().items.size)
        open.close()
        val error = assertThrows<CrmException.Unavailable> { open.result() }
        assertEquals(ErrorCode.CLOSED, error.code)
    }
}
