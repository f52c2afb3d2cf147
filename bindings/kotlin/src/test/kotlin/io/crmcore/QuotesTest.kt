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
    fun `revisions, their differences and their hash`() = inMemory { session ->
        val quotes = session.quotes()
        val draft = session.draft(line("10"))
        val sent = quotes.send(draft.id, draft.version)
        assertEquals(quoteHash(sent), sent.contentHash)
        val second = quotes.revise(sent.id, sent.version)
        val cheaper = second.lines.map { it.copy(unitPrice = BigDecimal("9.5")) }
        val saved = quotes.updateQuote(second.copy(lines = cheaper))
        val chain = quotes.revisions(sent.id)
        assertEquals(listOf(sent.id to false, saved.id to true), chain.map { it.quote to it.isCurrent })
        val diff = quotes.diff(sent.id, saved.id)
        assertEquals(true to BigDecimal("-1.5"), diff.needsNewApproval to diff.totalDifference)
        val price = diff.changes.single { it.path == "lines[10].unit_price" }
        assertEquals(QuoteChangeKind.CHANGED to "\"9.5\"", price.kind to price.later)
        assertEquals(diff, diffQuotes(quotes.quote(sent.id), saved))
        val fields = listOf(MaterialField("lines[*].unit_price", MaterialDirection.HIGHER))
        val policy = quotes.createPolicy(QuotePolicy(name = "dearer", materialFields = fields))
        assertEquals(false, quotes.diff(sent.id, saved.id, policy.id).needsNewApproval)
        assertEquals("dearer only", quotes.updatePolicy(policy.copy(name = "dearer only")).name)
        assertEquals(quotes.policy(policy.id), quotes.policySequence().single())
        assertEquals(true, diffQuotes(sent, saved, standardQuotePolicy()).isMaterial)
        refused<CrmException.Invalid>(ErrorCode.UNKNOWN_FIELD, "material_fields[0].path") {
            quotes.createPolicy(QuotePolicy(name = "x", materialFields = listOf(MaterialField("nothing"))))
        }
        val copied = quotes.copyQuote(QuoteCopy(saved.id, name = "Again"))
        assertEquals("Again" to 1L, copied.name to copied.revision)
    }

    @Test
    fun `an accepted quote becomes orders`() = inMemory { session ->
        val quotes = session.quotes()
        val spare = QuoteLine(BigDecimal.ONE, description = "Spare", unitPrice = BigDecimal("7"))
        val option = spare.copy(kind = QuoteLineKind.OPTION)
        val draft = session.draft(line("33.333333"), option)
        assertEquals(BigDecimal("100"), draft.total)
        val sent = quotes.send(draft.id, draft.version)
        assertEquals(listOf(10L, 20L), chosenLines(sent.lines, listOf(20L)).map { it.position })
        val accepted = quotes.accept(sent.id, sent.version, listOf(20L))
        assertEquals(listOf(20L) to BigDecimal("107"), accepted.chosen to accepted.acceptedTotal)
        val part = listOf(OrderedQuantity(10L, BigDecimal.ONE))
        val first = quotes.convert(accepted.id, accepted.version, lines = part)
        assertEquals("O-2026-000001" to BigDecimal("33.33"), first.number to first.total)
        refused<CrmException.Conflict>(ErrorCode.OUT_OF_RANGE, "lines[0].quantity") {
            quotes.convert(accepted.id, accepted.version, lines = listOf(OrderedQuantity(10L, BigDecimal("3"))))
        }
        val rest = quotes.convert(accepted.id, accepted.version, OrderKind.CONTRACT)
        assertEquals("C-2026-000001" to BigDecimal("73.67"), rest.number to rest.total)
        assertEquals(true, quotes.conversion(accepted.id).isComplete)
        val saved = quotes.updateOrder(first.copy(customerReference = "PO 1"))
        val confirmed = quotes.confirmOrder(first.id, saved.version)
        assertEquals(confirmed, quotes.order(first.id))
        val cancelled = quotes.cancelOrder(first.id, confirmed.version, "budget")
        assertEquals(OrderStatus.CANCELLED to cancelled, cancelled.status to quotes.orderAsOf(first.id, NOON))
        assertEquals(2, quotes.orderSequence(Query(limit = 1)).count())
        assertEquals(2, quotes.orders().items.size)
        assertEquals(0, quotes.policies().items.size)
    }

    @Test
    fun `lost quotes are summed`() = inMemory { session ->
        val quotes = session.quotes()
        val draft = session.draft(line("100"))
        val sent = quotes.send(draft.id, draft.version)
        val price = BigDecimal("270")
        val known = QuoteLoss(reason = LostReason.PRICE, competitor = "Other Works", competitorPrice = price)
        val lost = quotes.reject(sent.id, sent.version, "cheaper", known)
        assertEquals(LostReason.PRICE to price, lost.lostReason to lost.competitorPrice)
        val row = quotes.lost(LostQuoteOptions(rejectedFrom = TODAY)).single()
        assertEquals(1L to "Other Works", row.count to row.competitor)
        assertEquals(BigDecimal("10"), row.totals.single().meanGapPercent)
        assertEquals(listOf(row), lostQuotes(listOf(lost)))
    }

    @Test
    fun `the path leads to the line`() = inMemory { session ->
        refused<CrmException.Invalid>(ErrorCode.REQUIRED, "lines[1].unit_price") {
            session.draft(line("10"), QuoteLine(BigDecimal.ONE))
        }
    }
}
