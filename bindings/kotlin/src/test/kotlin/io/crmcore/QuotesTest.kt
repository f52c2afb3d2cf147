package io.crmcore

import java.math.BigDecimal
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** Quotes from the draft to the answer of the customer. */
class QuotesTest {
    private fun line(price: String) =
        QuoteLine(quantity = BigDecimal("3"), description = "Assembly", unitPrice = BigDecimal(price))

    private fun Session.draft(vararg lines: QuoteLine) =
        quotes().createQuote(Quote(name = "Press line", lines = lines.toList(), validUntil = TODAY.plusDays(30)))

    @Test
    fun `prices come from the list, totals are exact`() = inMemory { session ->
        val products = session.products()
        val valve = products.createProduct(Product(code = "V-100", name = "Valve DN 50", unit = "C62"))
        val list = products.createPriceList(PriceList(name = "2026", currency = "EUR", isDefault = true))
        products.setListPrice(list.id, valve.id, BigDecimal("33.33"), TODAY.withDayOfYear(1))
        val ordered = QuoteLine(BigDecimal("3"), product = valve.id, discountPercent = BigDecimal("10"))
        val draft = session.draft(ordered, line("0.01"))
        assertEquals(QuoteStatus.DRAFT, draft.status)
        assertEquals(BigDecimal("33.33"), draft.lines[0].unitPrice)
        assertEquals(BigDecimal("89.99"), draft.lines[0].netAmount)
        assertEquals(BigDecimal("90.02"), draft.total)
        val saved = session.quotes().updateQuote(draft.copy(lines = draft.lines.take(1)))
        assertEquals(BigDecimal("89.99"), saved.total)
        assertEquals(saved, session.quotes().quote(draft.id))
        assertEquals(saved, session.quotes().quoteAsOf(draft.id, NOON))
        assertEquals(listOf(saved), session.quotes().quotes(Query(search = draft.number)).items)
    }

    @Test
    fun `tax is taken out of prices that include it`() = inMemory { session ->
        val taxed = QuoteLine(BigDecimal.ONE, unitPrice = BigDecimal("113"), taxPercent = BigDecimal("13"))
        val quote = Quote(name = "Press line", lines = listOf(taxed), pricesIncludeTax = true)
        val draft = session.quotes().createQuote(quote.copy(rounding = QuoteRounding.LINE_DISCOUNT_HALF_UP))
        assertEquals(listOf(QuoteTax(BigDecimal("13"), BigDecimal("100"), BigDecimal("13"))), draft.taxes)
        assertEquals(BigDecimal("100") to BigDecimal("113"), draft.total to draft.totalWithTax)
    }

    @Test
    fun `lines are priced without an engine`() {
        val priced = priceLines(listOf(line("135.50").copy(discountPercent = BigDecimal("9"))), "EUR")
        assertEquals(BigDecimal("369.92"), priced.totals.total)
        assertEquals(BigDecimal("369.92"), priced.lines.single().netAmount)
        refused<CrmException.Invalid>(ErrorCode.REQUIRED, "lines[0].unit_price") {
            priceLines(listOf(QuoteLine(BigDecimal.ONE)), "EUR")
        }
    }

    @Test
    fun `an accepted quote wins its opportunity`() = inMemory { session ->
        val deal = session.sales().createOpportunity(Opportunity(name = "Press line"))
        val lines = listOf(line("135.50"))
        val draft = session.quotes().createQuote(Quote(name = "Press line", opportunity = deal.id, lines = lines))
        val sent = session.quotes().send(draft.id, draft.version)
        assertEquals(TODAY, sent.sentOn)
        val accepted = session.quotes().accept(sent.id, sent.version)
        assertEquals(QuoteStatus.ACCEPTED, accepted.status)
        val won = session.sales().opportunity(deal.id)
        assertEquals(StageCategory.WON to BigDecimal("406.5"), won.stageCategory to won.amount)
        refused<CrmException.Conflict>(ErrorCode.ILLEGAL_TRANSITION, "status") {
            session.quotes().reject(accepted.id, accepted.version, "too late")
        }
    }

    @Test
    fun `rejected, revised, expired`() = inMemory { session ->
        val quotes = session.quotes()
        val draft = session.draft(line("10"))
        val sent = quotes.send(draft.id, draft.version)
        val rejected = quotes.reject(sent.id, sent.version, "price")
        assertEquals("price", rejected.rejectReason)
        val revised = quotes.revise(rejected.id, rejected.version)
        assertEquals(2L to draft.id, revised.revision to revised.revises)
        assertEquals(QuoteStatus.SUPERSEDED, quotes.quote(draft.id).status)
        val again = quotes.send(revised.id, revised.version)
        val later = session.at(NOON.plusSeconds(40L * 86_400)).quotes()
        assertEquals(QuoteStatus.EXPIRED, later.expire(again.id, again.version).status)
        assertEquals(2, quotes.quoteSequence(Query(limit = 1)).count())
    }

    @Test
    fun `the path leads to the line`() = inMemory { session ->
        refused<CrmException.Invalid>(ErrorCode.REQUIRED, "lines[1].unit_price") {
            session.draft(line("10"), QuoteLine(BigDecimal.ONE))
        }
    }
}
