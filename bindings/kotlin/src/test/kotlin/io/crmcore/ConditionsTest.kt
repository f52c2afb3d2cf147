package io.crmcore

import java.math.BigDecimal
import java.time.LocalDate
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** The stored price catalogue. */
class ConditionsTest {
    private val definition = """
        {"version": "",
         "fields": [{"name": "account"}, {"name": "price_list"}],
         "tables": [
            {"code": "LIST", "fields": ["price_list", "product"]},
            {"code": "CUSTOMER", "fields": ["account"], "up": ["account"]},
            {"code": "PRODUCT", "fields": ["product"]}],
         "access_sequences": [
            {"code": "LISTS", "accesses": [{"table": "LIST"}]},
            {"code": "CUSTOMERS", "accesses": [{"table": "CUSTOMER"}]},
            {"code": "PRODUCTS", "accesses": [{"table": "PRODUCT"}]}],
         "condition_types": [
            {"code": "PRICE", "kind": "price", "calculation": "quantity", "access_sequence": "LISTS"},
            {"code": "DISCOUNT", "kind": "discount", "calculation": "percent", "access_sequence": "CUSTOMERS"},
            {"code": "PROMOTION", "kind": "discount", "calculation": "percent", "access_sequence": "PRODUCTS",
             "scale": {"base": "quantity", "kind": "from"}}],
         "procedures": [{"code": "SALE", "steps": [
            {"number": 10, "condition_type": "PRICE", "mandatory": true},
            {"number": 20, "condition_type": "DISCOUNT"},
            {"number": 30, "condition_type": "PROMOTION"}]}]}
    """.trimIndent()

    private fun amount(text: String) = BigDecimal(text)

    private fun document(quantity: String) = parsePriceDocument(
        """{"currency": "EUR", "pricing_date": "2026-05-01",
            "items": [{"id": "10", "product": "V-100", "quantity": "$quantity"}]}""",
    )

    private fun Session.define(): PriceDefinition {
        val given = PriceDefinition(
            name = "2026", definition = parsePriceCatalog(definition), listPriceType = "PRICE", listPriceTable = "LIST",
        )
        val draft = conditions().createDefinition(given)
        assertEquals(DefinitionStatus.DRAFT, draft.status)
        val saved = conditions().updateDefinition(draft.copy(note = "as agreed"))
        return conditions().activateDefinition(saved.id, saved.version)
    }

    /** A valve at 135.50 EUR. */
    private fun Session.valve(): Product {
        val valve = products().createProduct(Product(code = "V-100", name = "Valve DN 50"))
        val list = products().createPriceList(PriceList(name = "2026", currency = "EUR", isDefault = true))
        products().setListPrice(list.id, valve.id, amount("135.50"), LocalDate.parse("2026-01-01"))
        return valve
    }

    @Test
    fun `documents are priced by what is stored, at any version`() = inMemory { session ->
        val conditions = session.conditions()
        refused<CrmException.Invalid>(ErrorCode.UNKNOWN_REFERENCE, "definition") { conditions.price(document("3")) }
        val active = session.define()
        assertEquals(active, conditions.definition(active.id))
        assertEquals(listOf(active), conditions.definitionSequence(Query(limit = 1)).toList())
        session.valve()
        val group = session.customers().createAccount(Account(name = "Group"))
        val discount = PriceCondition(
            conditionType = "DISCOUNT", conditionTable = "CUSTOMER", account = group.id, rate = amount("9"),
        )
        val first = conditions.condition(conditions.addConditions(listOf(discount)).single())
        val context = PriceContext(account = group.id)
        assertEquals(amount("406.5"), conditions.price(document("3")).net)
        assertEquals(amount("369.91"), conditions.price(document("3"), context).net)
        val case = conditions.priceCase(document("3"), context)
        Pricer(case.catalog).use { assertEquals(conditions.price(document("3"), context), it.price(case.document)) }
        refused<CrmException.Conflict>(ErrorCode.OVERLAP, "valid_from") { conditions.addConditions(listOf(discount)) }
        val second = conditions.replaceCondition(first.id, first.version, discount.copy(rate = amount("8")))
        assertEquals(first.id to amount("8"), second.replaces to second.rate)
        assertEquals(amount("373.98"), conditions.price(document("3"), context).net)
        assertEquals(amount("369.91"), conditions.price(document("3"), context.copy(version = case.version)).net)
        assertTrue(conditions.retireCondition(second.id, second.version).untilVersion != null)
        assertEquals(2, conditions.conditionSequence(Query(limit = 1)).count())
        assertEquals(amount("406.5"), conditions.price(document("3"), context).net)
    }

    @Test
    fun `limits count what is set aside and used`() = inMemory { session ->
        val conditions = session.conditions()
        session.define()
        val promotion = PriceCondition(
            conditionType = "PROMOTION", conditionTable = "PRODUCT", product = session.valve().id,
            scale = listOf(ScaleLevel(rate = amount("5"), lower = amount("1"))),
            limit = UsageLimit(counter = "spring", quantity = amount("10")),
        )
        conditions.addConditions(listOf(promotion))
        val usage = conditions.price(document("6")).usage
        conditions.reserveUsage("Q-1", "EUR", usage)
        assertEquals(amount("813"), conditions.price(document("6")).net)
        assertEquals(amount("772.35"), conditions.price(document("6"), PriceContext(document = "Q-1")).net)
        refused<CrmException.Conflict>(ErrorCode.LIMIT_EXCEEDED, "usage[0].quantity") {
            conditions.reserveUsage("Q-2", "EUR", usage)
        }
        conditions.commitUsage("Q-1")
        assertEquals(listOf(amount("6")), conditions.counterSequence().map { it.committedQuantity }.toList())
        conditions.releaseUsage("Q-1")
        assertEquals(listOf(UsageStatus.RELEASED), conditions.usageSequence().map { it.status }.toList())
        assertEquals(amount("772.35"), conditions.price(document("6")).net)
    }

    @Test
    fun `quotes keep the prices that conditions made`() = inMemory { session ->
        val conditions = session.conditions()
        session.define()
        val works = session.customers().createAccount(Account(name = "Works"))
        val discount = PriceCondition(
            conditionType = "DISCOUNT", conditionTable = "CUSTOMER", account = works.id, rate = amount("9"),
        )
        val line = QuoteLine(product = session.valve().id, quantity = amount("3"))
        val first = conditions.condition(conditions.addConditions(listOf(discount)).single())
        val given = Quote(
            name = "Valves", account = works.id, lines = listOf(line), pricedBy = PricedBy.CONDITIONS, currency = "EUR",
        )
        val quote = session.quotes().createQuote(given)
        assertEquals(amount("369.91"), quote.total)
        val case = session.quotes().priceCase(quote.id)
        Pricer(case.catalog).use { assertEquals(quote.priceResult, it.price(case.document)) }
        conditions.replaceCondition(first.id, first.version, discount.copy(rate = amount("10")))
        val found = conditions.whatIf(PriceDraft(), listOf(quote.id), "account")
        assertEquals(amount("369.91") to amount("365.85"), found.total.netBefore to found.total.netAfter)
        assertEquals(emptyList<LintFinding>(), conditions.lint())
        val anew = session.quotes().reprice(quote.id, quote.version, RepriceMode.KEEP_MANUAL)
        assertEquals(amount("365.85"), anew.total)
        refused<CrmException.Invalid>(ErrorCode.NOT_ALLOWED, "lines[0].unit_price") {
            session.quotes().updateQuote(anew.copy(lines = listOf(anew.lines.single().copy(unitPrice = amount("1")))))
        }
    }
}
