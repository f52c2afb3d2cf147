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
            val deal = winDeal(session, plant, press)
            report(session, deal)
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

private fun winDeal(session: Session, plant: Account, press: Product): Opportunity {
    val sales = session.sales()
    val lead = sales.captureLead(Lead(name = "冲压线改造", contactName = "王伟", source = "展会")).lead
    val conversion = LeadConversion(lead = lead.id, account = plant.id, createContact = true)
    val converted = sales.convertLead(conversion).lead
    var deal = sales.opportunity(converted.convertedOpportunity!!)
    for (stage in listOf("qualification", "proposal")) deal = sales.advanceStage(deal.id, deal.version, stage)

    val lines = listOf(QuoteLine(quantity = BigDecimal("2"), product = press.id))
    val quote = Quote(name = deal.name, opportunity = deal.id, account = plant.id, lines = lines)
    val draft = session.quotes().createQuote(quote)
    val sent = session.quotes().send(draft.id, draft.version)
    session.quotes().accept(sent.id, sent.version)
    return sales.opportunity(deal.id)
}

private fun report(session: Session, deal: Opportunity) {
    println("${deal.name}: ${deal.stage}, ${deal.amount} ${deal.currency}")
    for (row in session.sales().funnel()) {
        val sums = row.totals.joinToString { "${it.amount.toPlainString()} ${it.currency}" }
        println("%-15s %d  %s".format(row.name, row.count, sums))
    }
    for (entry in session.history("opportunity", deal.id)) {
        println("${entry.at} ${entry.command} ${entry.changes.joinToString { it.field }}")
    }
}
