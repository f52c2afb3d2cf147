package io.crmcore

import java.math.BigDecimal
import java.time.LocalDate
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** Products, price lists, list prices. */
class ProductsTest {
    private fun Products.valve() =
        createProduct(Product(code = "V-100", name = "Valve DN 50", unit = "piece", family = "Valves"))

    @Test
    fun `a product`() = inMemory { session ->
        val products = session.products()
        val valve = products.valve()
        assertEquals(ProductLifeCycle.ACTIVE, valve.lifeCycle)
        val saved = products.updateProduct(valve.copy(lifeCycle = ProductLifeCycle.PHASE_OUT))
        assertEquals(saved, products.product(valve.id))
        assertEquals(saved, products.productAsOf(valve.id, NOON))
        val list = products.createPriceList(PriceList(name = "by id", currency = "EUR"))
        assertEquals(list, products.priceList(list.id))
        assertEquals(list, products.priceListAsOf(list.id, NOON))
        assertEquals(listOf("by id"), products.priceListSequence(Query(limit = 1)).map { it.name }.toList())
        assertEquals(listOf(saved), products.products(Query(search = "valve")).items)
        refused<CrmException.Conflict>(ErrorCode.DUPLICATE_KEY, "code") { products.valve() }
    }

    @Test
    fun `a price holds from a date on`() = inMemory { session ->
        val products = session.products()
        val valve = products.valve()
        val list = products.createPriceList(PriceList(name = "2026", currency = "EUR"))
        val january = LocalDate.of(2026, 1, 1)
        val april = LocalDate.of(2026, 4, 1)
        products.setListPrice(list.id, valve.id, BigDecimal("135.123456"), january)
        products.setListPrice(list.id, valve.id, BigDecimal("1400"), april, BigDecimal("10"))
        assertEquals(BigDecimal("135.123456"), products.listPrice(valve.id, list.id, TODAY).price)
        val later = products.listPrice(valve.id, null, april)
        assertEquals(BigDecimal("1400") to BigDecimal("10"), later.price to later.perQuantity)
        assertEquals("EUR", later.currency)
        assertEquals(listOf(april, null), products.listPriceSequence(byDate).map { it.validUntil }.toList())
        refused<CrmException.NotFound>(ErrorCode.NO_SUCH_RECORD) {
            products.listPrice(valve.id, list.id, january.minusDays(1))
        }
        refused<CrmException.Invalid>(ErrorCode.WRITE_ONCE, "currency") {
            products.updatePriceList(list.copy(currency = "CNY"))
        }
        val named = products.updatePriceList(list.copy(isDefault = true))
        assertEquals(listOf(named), products.priceLists().items)
        assertEquals(2, products.listPrices().items.size)
    }

    @Test
    fun `classes, parameters and their search`() = inMemory { session ->
        val products = session.products()
        val top = products.createProductClass(ProductClass(code = "27", name = "Electrical engineering"))
        val low = products.createProductClass(ProductClass(code = "27-14", name = "Terminals", parent = top.id))
        assertEquals(low, products.productClass(low.id))
        assertEquals(low, products.productClassAsOf(low.id, NOON))
        assertEquals(listOf(top, low), products.productClassSequence(Query(limit = 1)).toList())
        refused<CrmException.Invalid>(ErrorCode.CYCLE, "parent") { products.updateProductClass(top.copy(parent = low.id)) }
        val voltage = products.createProductParameter(
            ProductParameter(
                productClass = top.id, code = "Un", name = "Rated voltage", kind = ParameterKind.NUMBER, unit = "V",
            ),
        )
        assertEquals(voltage, products.productParameter(voltage.id))
        assertEquals(voltage, products.productParameterAsOf(voltage.id, NOON))
        assertEquals(listOf(voltage), products.productParameterSequence(Query(limit = 1)).toList())
        assertEquals(2, products.updateProductParameter(voltage.copy(maximum = BigDecimal(1500))).version)
        val known = products.classParameters(low.id).single()
        assertEquals(Triple("Un", true, Dimension.VOLTAGE), Triple(known.code, known.isInherited, known.dimension))
        fun clamp(code: String, volts: String, unit: String) = products.createProduct(
            Product(
                code = code, name = code, productClass = low.id,
                parameters = listOf(ParameterValue(parameter = "Un", number = BigDecimal(volts), unit = unit)),
            ),
        )
        clamp("A", "499", "V")
        val found = listOf(clamp("B", "500", "V"), clamp("C", "0.8", "kV"))
        refused<CrmException.Invalid>(ErrorCode.UNIT_MISMATCH, "parameters[0].unit") { clamp("D", "5", "A") }
        val atLeast = ParameterCondition(
            parameter = "Un", comparison = ParameterComparison.GREATER_OR_EQUAL,
            number = BigDecimal("0.5"), unit = "kV",
        )
        assertEquals(found, products.findProducts(ProductSearch(productClass = top.id, conditions = listOf(atLeast))).items)
        val old = ProductSearch(lifeCycle = listOf(ProductLifeCycle.DISCONTINUED), conditions = listOf(atLeast))
        assertEquals(emptyList<Product>(), products.findProducts(old).items)
        val sold = old.copy(lifeCycle = listOf(ProductLifeCycle.ACTIVE, ProductLifeCycle.PHASE_OUT))
        assertEquals(found, products.findProducts(sold).items)
        val filter = Filter.Parameter("parameters", atLeast)
        assertEquals(found, products.products(Query(filter = filter)).items)
    }

    @Test
    fun `relations, documents and bundles`() = inMemory { session ->
        val products = session.products()
        val box = ProductUnit(UnitFactor(BigDecimal.ONE, "BX", BigDecimal("12"), "C62"), gtin = "4 006381 333931")
        val press = products.createProduct(Product(code = "P-1", name = "Press", unit = "C62", units = listOf(box)))
        assertEquals("4006381333931", press.units.single().gtin)
        val drive = products.valve()
        val spare = ProductRelation(product = press.id, other = drive.id, kind = ProductRelationKind.SPARE_PART)
        val made = products.createRelation(spare)
        assertEquals(products.updateRelation(made.copy(note = "left")), products.relation(made.id))
        assertEquals(listOf("left"), products.relationSequence().map { it.note }.toList())
        refused<CrmException.Conflict>(ErrorCode.OVERLAP, "valid_from") { products.createRelation(spare) }
        val article = products.createDocument(
            ProductDocument(title = "Noise", kind = ProductDocumentKind.ARTICLE, body = "gravel"),
        )
        assertEquals(products.updateDocument(article.copy(language = "en")), products.document(article.id))
        assertEquals(listOf("Noise"), products.documentSequence(Query(search = "gravel")).map { it.title }.toList())
        val top = products.createProductClass(ProductClass(code = "36", name = "Presses"))
        val classed = products.updateProduct(products.product(press.id).copy(productClass = top.id))
        val manual = ProductDocument(title = "Safety", kind = ProductDocumentKind.MANUAL, url = "safety.pdf")
        refused<CrmException.Invalid>(ErrorCode.REQUIRED, "product") { products.createDocument(manual) }
        val ofClass = products.createDocument(manual.copy(productClass = top.id))
        val own = products.createDocument(manual.copy(product = classed.id, validUntil = LocalDate.of(2026, 7, 1)))
        assertEquals(listOf(own, ofClass), products.productDocuments(press.id))
        assertEquals(listOf(ofClass), products.productDocuments(press.id, LocalDate.of(2026, 7, 1)))
        val part = BundleComponent(product = drive.id, quantity = BigDecimal("2.5"))
        val bundle = products.createBundle(ProductBundle(product = press.id, components = listOf(part)))
        assertEquals(BundlePricing.WHOLE, bundle.pricing)
        val saved = products.updateBundle(bundle.copy(pricing = BundlePricing.COMPONENTS))
        assertEquals(saved, products.bundle(bundle.id))
        assertEquals(listOf(saved), products.bundleSequence().toList())
        val lines = products.explode(press.id, BigDecimal("3"), listOf(BundleChoice(10, BigDecimal("2"))))
        assertEquals(listOf(listOf(10L) to BigDecimal("6")), lines.map { it.path to it.quantity })
        assertEquals(BigDecimal("7.5"), products.explode(press.id, BigDecimal("3")).single().quantity)
        refused<CrmException.NotFound>(ErrorCode.NO_SUCH_RECORD) { products.explode(drive.id, BigDecimal("3")) }
    }

    private val byDate = Query(sort = listOf(Sort("valid_from")), limit = 1)
}
