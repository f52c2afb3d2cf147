package io.crmcore

import java.math.BigDecimal
import java.time.LocalDate
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** Sales history, forecasts of it, and stored runs. */
class ForecastsTest {
    private val naive =
        ForecastOptions(horizon = 2u, model = ModelKind.NAIVE, seasonLength = 1u, levels = emptyList())

    private fun Session.won(day: String, amount: String, currency: String = "EUR") {
        val deal = Opportunity(
            name = "Line", stage = "won", amount = BigDecimal(amount), currency = currency,
            closedOn = LocalDate.parse(day),
        )
        sales().createOpportunity(deal)
    }

    @Test
    fun `sales become series and go into a run that is kept`() = inMemory { session ->
        session.won("2025-11-10", "200")
        session.won("2026-01-10", "300")
        session.won("2026-01-12", "7000", "CNY")
        val forecasts = session.forecasts()
        val asked = SalesQuery(toMonth = LocalDate.parse("2026-01-01"))
        val history = forecasts.salesHistory(asked)
        assertEquals(listOf("CNY", "EUR"), history.series.map { it.series.key })
        assertEquals(listOf(200.0, 0.0, 300.0), history.series[1].series.values)
        assertEquals(BigDecimal("500"), history.series[1].total)
        val count = SalesQuery(figure = SalesFigure.COUNT, by = listOf("owner.name"), toMonth = asked.toMonth)
        assertEquals(listOf(1.0, 0.0, 2.0), forecasts.salesHistory(count).series.single().series.values)
        refused<CrmException.Invalid>(ErrorCode.UNKNOWN_FIELD, "group_by.nothing") {
            forecasts.salesHistory(SalesQuery(by = listOf("account.nothing")))
        }

        val made = forecasts.forecastSales(asked, naive)
        val series = made.history.series.map { it.series }
        assertEquals(listOf(300.0, 300.0), made.run.series[1].forecast.mean)
        verifyForecastRun(made.run, series)
        assertEquals(forecastInputHash(series), made.run.inputHash)
        refused<CrmException.Invalid>(ErrorCode.NOT_ALLOWED, "input_hash") { verifyForecastRun(made.run, emptyList()) }
        val first = forecasts.recordForecast(made.run, "first")
        assertEquals(forecastRunHash(made.run), first.runHash)
        val second = forecasts.recordSalesForecast(asked, naive, "second", parent = first.id)
        assertEquals(listOf("first", "second"), forecasts.runSequence(Query(limit = 1)).map { it.name }.toList())
        assertEquals(BigDecimal("300"), forecasts.run(second.id).series[1].lines[0].mean)
        assertEquals(second.id, forecasts.forecastAccuracy(second.id).run)
        val alone = makeForecastRun(series, naive, LocalDate.parse("2026-01-31"))
        assertEquals(made.run.inputHash to LocalDate.parse("2026-02-01"), alone.inputHash to alone.series[0].firstPeriod)
    }
}
