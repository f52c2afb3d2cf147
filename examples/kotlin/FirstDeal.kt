/*
 * The first deal of a manufacturer: a group with a plant, a product with its price, a lead that becomes an opportunity,
 * a quote that is accepted.
 */
package io.crmcore.examples

import io.crmcore.*
import java.math.BigDecimal
import java.time.LocalDate
import kotlin.io.path.createTempDirectory

fun main() {
    val folder = createTempDirectory("first-deal")
    try {
        Crm.open(folder.resolve("factory.db").toString()).use { crm ->
            crm.setup(SetupOptions("main", "华东精密机械", "CNY", "Asia/Shanghai", "admin"))
            val session = crm.session("main", "admin")
            val plant = makeCustomer(session.customers())
            val press = makeProduct(session.products())
            val deal = findDeal(session.sales(), plant)
            report(session, plant, winDeal(session.quotes(), deal, press))
        }
    } finally {
        folder.toFile().deleteRecursively()
    }
}

private fun makeCustomer(customers: Customers): Account {
    val group = customers.createAccount(Account(name = "东方重工集团"))
    val plant = customers.createAccount(Account(name = "东方重工苏州分厂", kind = AccountKind.CUSTOMER))
    customers.setParent(HierarchyKind.LEGAL, plant.id, group.id, LocalDate.parse("2026-01-01"))
    return plant
}

private fun makeProduct(products: Products): Product {
    val press = products.createProduct(Product(code = "P-630", name = "Press 630 t"))
    val list = products.createPriceList(PriceList(name = "2026", currency = "CNY", isDefault = true))
    products.setListPrice(list.id, press.id, BigDecimal("86100"), LocalDate.parse("2026-01-01"))
    return press
}

private fun findDeal(sales: Sales, plant: Account): Opportunity {
    val lead = sales.captureLead(Lead(name = "冲压线改造", contactName = "王伟")).lead
    val conversion = LeadConversion(lead = lead.id, account = plant.id, createContact = true)
    var deal = sales.opportunity(sales.convertLead(conversion).lead.convertedOpportunity!!)
    for (stage in listOf("qualification", "proposal")) deal = sales.advanceStage(deal.id, deal.version, stage)
    return deal
}

private fun winDeal(quotes: Quotes, deal: Opportunity, press: Product): Quote {
    val (discount, tax) = BigDecimal("5") to BigDecimal("13")
    val line = QuoteLine(BigDecimal("2"), product = press.id, discountPercent = discount, taxPercent = tax)
    val draft = quotes.createQuote(Quote(name = deal.name, opportunity = deal.id, lines = listOf(line)))
    val sent = quotes.send(draft.id, draft.version)
    return quotes.accept(sent.id, sent.version)
}

private fun report(session: Session, plant: Account, quote: Quote) {
    val deal = session.sales().opportunity(quote.opportunity!!)
    println("${plant.name}: ${deal.name}")
    println("quote: ${quote.total?.toPlainString()} CNY, with tax ${quote.totalWithTax?.toPlainString()} CNY")
    println("deal: ${deal.stage}, ${deal.amount?.toPlainString()} CNY")
    for (row in session.sales().funnel()) {
        val sums = row.totals.joinToString("") { ", ${it.amount.toPlainString()} ${it.currency}" }
        println("${row.name}: ${row.count}$sums")
    }
    for (entry in session.history("opportunity", deal.id)) println("${entry.version} ${entry.command}")
}
