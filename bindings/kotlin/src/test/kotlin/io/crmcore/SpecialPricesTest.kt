package io.crmcore

import java.math.BigDecimal
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** Requests for special prices. */
class SpecialPricesTest {
    private val definition = """
        {"version": "",
         "fields": [{"name": "account"}],
         "tables": [{"code": "CUSTOMER", "fields": ["account", "product"]}],
         "access_sequences": [{"code": "SPECIALS", "accesses": [{"table": "CUSTOMER"}]}],
         "condition_types": [
            {"code": "SPECIAL", "kind": "price", "calculation": "quantity", "access_sequence": "SPECIALS",
             "scale": {"base": "quantity", "kind": "from"}}],
         "procedures": [{"code": "SALE", "steps": [{"number": 10, "condition_type": "SPECIAL"}]}]}
    """.trimIndent()

    private fun amount(text: String) = BigDecimal(text)

    private fun Session.net(quantity: String, account: String?): BigDecimal {
        val document = parsePriceDocument(
            """{"currency": "EUR", "pricing_date": "2026-05-01",
                "items": [{"id": "10", "product": "V-100", "quantity": "$quantity"}]}""",
        )
        return conditions().price(document, PriceContext(account = account)).net
    }

    @Test
    fun `a request becomes one record with its scope`() = inMemory { session ->
        val prices = session.specialPrices()
        val given = PriceDefinition(
            name = "2026", definition = parsePriceCatalog(definition), specialPriceType = "SPECIAL",
        )
        val active = session.conditions().createDefinition(given)
        session.conditions().activateDefinition(active.id, active.version)
        val valve = session.products().createProduct(Product(code = "V-100", name = "Valve DN 50"))
        val account = session.customers().createAccount(Account(name = "Group"))
        val request = SpecialPriceRequest(
            name = "Valves", account = account.id, product = valve.id, price = amount("120"), cost = amount("90"),
            floorPrice = amount("110"), currency = "EUR", quantityFrom = amount("5"), quantityTo = amount("20"),
            validUntil = TODAY.plusDays(90), competitor = "Nordwerk", competitorPrice = amount("125"),
        )
        val draft = prices.createRequest(request)
        assertEquals("SPR-2026-000001" to amount("25"), draft.number to draft.marginPercent)
        val saved = prices.updateRequest(draft.copy(reason = "a rival"))
        val waiting = prices.submit(saved.id, saved.version)
        refused<CrmException.Invalid>(ErrorCode.NOT_ALLOWED, "grant.below_floor") {
            prices.approve(waiting.id, waiting.version, SpecialPriceGrant(price = amount("100")))
        }
        val approved = prices.approve(waiting.id, waiting.version)
        assertEquals(SpecialPriceStatus.APPROVED, approved.status)
        val record = session.conditions().condition(approved.condition!!)
        assertEquals(draft.number to amount("20"), record.source to record.scale.single().upper)
        val found = listOf("4", "5", "20", "21").map { session.net(it, account.id) }
        assertEquals(listOf("0", "600", "2400", "0").map(::amount), found)
        assertEquals(amount("0"), session.net("5", null))
        refused<CrmException.Conflict>(ErrorCode.ILLEGAL_TRANSITION, "status") {
            prices.approve(approved.id, approved.version)
        }
        val row = prices.report().rows.single()
        assertEquals(Triple("Nordwerk", 1L, amount("-4")), Triple(row.competitor, row.count, row.meanGapPercent))
        prices.revoke(approved.id, approved.version, "the offer was lost")
        assertEquals(amount("0"), session.net("5", account.id))
        val other = prices.createRequest(request)
        val rejected = prices.submit(other.id, other.version).let { prices.reject(it.id, it.version, "no") }
        val last = prices.createRequest(request)
        val withdrawn = prices.withdraw(last.id, last.version)
        val all = listOf(SpecialPriceStatus.REVOKED, SpecialPriceStatus.REJECTED, SpecialPriceStatus.WITHDRAWN)
        assertEquals(all, prices.requestSequence(Query(limit = 1)).map { it.status }.toList())
        assertEquals(listOf(rejected, withdrawn), listOf(other, last).map { prices.request(it.id) })
    }
}
