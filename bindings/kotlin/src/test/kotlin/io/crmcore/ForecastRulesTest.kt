package io.crmcore

import java.math.BigDecimal
import java.time.LocalDate
import kotlin.math.abs
import kotlin.math.exp
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** The rules of the forecast room, each once: what is done to a series, trees, patterns, accuracy. */
class ForecastRulesTest {
    /** The first day of the Chinese year, 2015 to 2027. */
    private val newYears =
        listOf(
            "2015-02-19", "2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05", "2020-01-25", "2021-02-12",
            "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06",
        ).map { LocalDate.parse(it) }
    private val season = listOf(0.7, 0.75, 1.1, 1.3, 1.2, 1.0, 0.9, 0.8, 1.05, 1.25, 1.15, 0.8)
    private val january = LocalDate.of(2026, 1, 1)

    private fun asked(model: ModelKind = ModelKind.NAIVE, horizon: UInt = 2u, seasonLength: UInt = 1u) =
        ForecastOptions(horizon, model = model, levels = listOf(), seasonLength = seasonLength)

    private fun assertNear(expected: List<Double>, found: List<Double>, within: Double = 1e-9) {
        assertEquals(expected.size, found.size)
        for ((one, other) in expected.zip(found)) {
            assertTrue(abs(one - other) <= within, "$found is not $expected")
        }
    }

    @Test
    fun `zero without stock is no demand of zero`() {
        val sales = listOf(10.0, 12.0, 11.0, 0.0)
        assertEquals(listOf(0.0, 0.0), forecast(Series(sales), asked()).mean)
        val found = forecast(Series(sales, stockOuts = listOf(3u)), asked())
        assertEquals(listOf(11.0, 11.0), found.mean)
        assertTrue("1 periods without stock show less than the demand" in found.notes)
        refused<CrmException.Invalid>(ErrorCode.OUT_OF_RANGE, "stock_outs[0]") {
            forecast(Series(sales, stockOuts = listOf(4u)), asked())
        }
    }

    @Test
    fun `returns are taken off as a share of what was delivered`() {
        // 80 of 800 came back.
        val found = forecast(Series(List(4) { 200.0 }, returns = listOf(10.0, 10.0, 10.0, 50.0)), asked())
        assertNear(listOf(180.0, 180.0), found.mean)
    }

    @Test
    fun `a month that is not over is dropped or filled up`() {
        // On 14 of 20 working days 98 were sold; the naive 90 is less than that.
        val sales = Series(listOf(100.0, 110.0, 90.0, 98.0), start = january, lastPeriodShare = 0.7)
        val dropped = forecast(sales, asked())
        assertEquals(LocalDate.of(2026, 4, 1) to listOf(98.0, 90.0), dropped.start to dropped.mean)
        val filled = forecast(sales, asked().copy(partialPeriod = PartialPeriod.PRO_RATE))
        assertEquals(LocalDate.of(2026, 5, 1), filled.start)
        assertNear(listOf(140.0, 140.0), filled.mean)
    }

    @Test
    fun `a predecessor stands before the series`() {
        // Half of 100 and 80, then 60: 50 in the mean.
        val before = Predecessor(listOf(100.0, 80.0), ratio = 0.5)
        val found = forecast(Series(listOf(60.0), start = january, predecessor = before), asked(ModelKind.HISTORIC_AVERAGE))
        assertNear(listOf(50.0, 50.0), found.mean)
        assertEquals(LocalDate.of(2026, 2, 1), found.start)
    }

    @Test
    fun `a new product goes the way of its analogues`() {
        val analogues =
            listOf(
                Analogue(listOf(10.0, 20.0, 40.0, 60.0, 60.0)),
                Analogue(listOf(30.0, 60.0, 120.0, 180.0, 180.0, 90.0), key = "the larger one"),
            )
        val auto = asked(ModelKind.AUTO, 3u)
        val found = forecast(Series(listOf(5.0, 10.0), analogues = analogues), auto)
        assertEquals("launch_curve", found.model)
        assertNear(listOf(20.0, 30.0, 30.0), found.mean)
        assertNear(listOf(20.0, 40.0, 80.0), forecast(Series(listOf(), analogues = analogues), auto).mean)
    }

    @Test
    fun `a short series borrows the season of its group`() {
        fun months(size: Double, months: IntRange) = months.map { size * season[it % 12] }
        val family = listOf(10.0, 20.0, 50.0, 80.0, 100.0, 300.0).map { Series(months(it, 0..47), group = "pumps") }
        val short = Series(months(40.0, 34..47), group = "pumps")
        val ses = asked(ModelKind.SES, 12u, 12u)
        val found = forecastMany(family + short, ses).last()
        assertNear(season.map { 40 * it }, found.mean, within = 1e-4)
        assertTrue("the season of siblings was used" in found.notes)
        val alone = forecast(short.copy(group = null), ses).mean
        assertEquals(alone.max(), alone.min(), 1e-9)
    }

    /** The share of the eight days of the spring festival that lies in a month from January 2015 on. */
    private fun festivalShare(place: Int): Double {
        val first = LocalDate.of(2015, 1, 1).plusMonths(place.toLong())
        val days = newYears.flatMap { newYear -> (0L..7L).map { newYear.plusDays(it) } }
        return days.count { !it.isBefore(first) && it.isBefore(first.plusMonths(1)) } / 8.0
    }

    @Test
    fun `the Chinese New Year is put in where it falls`() {
        // A season, a little that looks like chance, and 45 % less in a month with the whole festival.
        val truth = (0..143).map { 1000 * season[it % 12] * exp(-0.6 * festivalShare(it)) }
        val sales = truth.take(132).mapIndexed { place, figure -> figure * (1 + (place * 7919 % 13 - 6) / 400.0) }
        val series = Series(sales, start = LocalDate.of(2015, 1, 1))
        fun error(found: Forecast) = found.mean.mapIndexed { place, mean -> abs(mean / truth[132 + place] - 1) }.average()
        // In 2025 it lay in January and February, in 2026 in February alone.
        assertEquals(0.375 to 1.0, festivalShare(120) to festivalShare(133))
        val theta = asked(ModelKind.THETA, 2u, 12u)
        val festival = MovingHoliday("spring festival", newYears, 8u)
        val found = forecast(series, theta.copy(calendar = ForecastCalendar(movingHolidays = listOf(festival))))
        assertTrue("an effect of spring festival was put in" in found.notes)
        assertTrue(error(found) < 0.05)
        assertTrue(error(forecast(series, theta)) > 0.1)
    }

    @Test
    fun `months are forecast by their working days`() {
        // China in 2026: 1 and 2 January and 16 to 23 February are free; 4 January, 14 and 28 February are worked.
        val free = listOf(january, january.plusDays(1)) + (16..23).map { LocalDate.of(2026, 2, it) }
        val worked = listOf(LocalDate.of(2026, 1, 4), LocalDate.of(2026, 2, 14), LocalDate.of(2026, 2, 28))
        val office =
            weekdayCalendar("CN", "Asia/Shanghai", "08:30", "17:30")
                .copy(holidays = free, makeUpDays = worked.map { MakeUpDay(it, like = Weekday.MONDAY) })
        val calendar = forecastCalendar(office, january, 3u)
        assertEquals(listOf(21.0, 16.0, 22.0), calendar.workingDays.map { it.figure })
        // Ten pieces a day.
        val found = forecast(Series(listOf(210.0, 160.0), start = january), asked(horizon = 1u).copy(calendar = calendar))
        assertNear(listOf(220.0), found.mean)
        refused<CrmException.Invalid>(ErrorCode.TOO_MANY, "months") { forecastCalendar(office, january, 100_000u) }
    }

    @Test
    fun `a backtest knows the calendar and what was left`() {
        // Months of 10, 20 and 30 working days go round, five pieces a day: by day every forecast is right.
        val days = (0..8).map { listOf(10.0, 20.0, 30.0)[it % 3] }
        val figures = days.mapIndexed { place, figure -> PeriodFigure(january.plusMonths(place.toLong()), figure) }
        val series = listOf(Series(days.map { 5 * it }, start = january))
        val plain = BacktestOptions(horizon = 3u, seasonLength = 1u, origins = 1u)
        val known = plain.copy(calendar = ForecastCalendar(workingDays = figures), origins = 3u)
        val naive = listOf(ModelKind.NAIVE)
        assertEquals(0.0, backtest(series, known, naive).accuracy.first().accuracy.mae!!, 1e-9)
        // Behind 150 came 50, 100 and 150.
        assertEquals(50.0, backtest(series, plain, naive).accuracy.first().accuracy.mae)

        val returned =
            Series(
                listOf(100.0, 40.0, 100.0, 100.0, 30.0, 100.0),
                returns = List(6) { 10.0 },
                stockOuts = listOf(1u, 4u),
            )
        val found = backtest(listOf(returned), plain.copy(horizon = 2u, origins = 2u), naive)
        assertEquals(listOf(listOf(90.0, null), listOf(null, 90.0)), found.windows.map { it.actual })
        // 30 of 240 came back until the first origin, 40 of 340 until the second.
        assertNear(listOf(87.5, 87.5), found.windows[0].mean)
        assertNear(listOf(100 * 300 / 340.0, 100 * 300 / 340.0), found.windows[1].mean)
    }

    @Test
    fun `MinT gives the figures of the closed formula, and the leaves add up`() {
        // By hand: 3 are missing, and go by the number of leaves, 2 to the root and 1 to each leaf of 4.
        val small =
            listOf(
                BaseForecast("T", mean = listOf(10.0)),
                BaseForecast("a", parent = "T", mean = listOf(3.0)),
                BaseForecast("b", parent = "T", mean = listOf(4.0)),
            )
        val structural = ReconcileOptions(Reconciliation.STRUCTURAL, digits = 0u)
        val told = reconcileForecasts(small, structural)
        assertNear(listOf(8.5, 3.75, 4.75), told.nodes.map { it.mean.single() })
        assertEquals(listOf("9", "4", "5").map { BigDecimal(it) }, told.nodes.map { it.amounts.single() })
        // S (S' W^-1 S)^-1 S' W^-1 y of Wickramasuriya, Athanasopoulos and Hyndman (2019), computed with numpy.
        val tree =
            listOf(
                Triple("T", null, 100.0), Triple("A", "T", 45.0), Triple("B", "T", 60.0), Triple("a1", "A", 20.0),
                Triple("a2", "A", 22.0), Triple("b1", "B", 15.0), Triple("b2", "B", 25.0), Triple("b3", "B", 18.0),
            ).map { (key, parent, mean) -> BaseForecast(key, parent, listOf(mean)) }
        val expected =
            listOf(
                101.66666666666667, 43.16666666666667, 58.5, 20.58333333333334, 22.583333333333332,
                15.166666666666668, 25.16666666666667, 18.166666666666668,
            )
        assertNear(expected, reconcileForecasts(tree, structural).nodes.map { it.mean.single() })
        // Without errors of the past their covariance is not known.
        val summed = reconcileForecasts(tree, ReconcileOptions(Reconciliation.SHRINK))
        assertEquals(Reconciliation.BOTTOM_UP to 100.0, summed.method to summed.nodes[0].mean.single())
    }

    @Test
    fun `a tree is forecast and fits together exactly`() {
        val nodes =
            listOf(
                TreeSeries("all"),
                TreeSeries("a", parent = "all", values = listOf(1.0, 2.0, 2.3)),
                TreeSeries("b", parent = "all", values = listOf(5.0, 4.0, 4.4)),
            )
        val options = HierarchyOptions(asked(), digits = 0u)
        val (all, a, b) = forecastHierarchy(nodes, options, threads = 2u).nodes
        assertNear(listOf(6.7, 6.7), all.mean)
        assertEquals(listOf(BigDecimal("7"), BigDecimal("7")), all.amounts)
        assertEquals(all.amounts, a.amounts.zip(b.amounts) { one, other -> one + other })
        refused<CrmException.Invalid>(ErrorCode.DUPLICATE_KEY, "nodes[3].key") {
            forecastHierarchy(nodes + nodes[1], options)
        }
    }

    @Test
    fun `a demand is told by its interval and its variation`() {
        fun pattern(vararg values: Double) = demandPattern(Series(values.toList()))
        assertEquals(DemandPattern.SMOOTH, pattern(5.0, 4.0, 6.0, 5.0, 4.0, 6.0))
        assertEquals(DemandPattern.ERRATIC, pattern(1.0, 1.0, 0.0, 1.0, 1.0, 16.0))
        assertEquals(DemandPattern.INTERMITTENT, pattern(0.0, 2.0, 0.0, 0.0, 0.0, 3.0))
        assertEquals(DemandPattern.LUMPY, pattern(0.0, 1.0, 0.0, 0.0, 0.0, 9.0))
        assertNull(pattern(0.0, 0.0))
        // Sizes 3 and intervals 2 for ever: 1.5 a period by Croston, less a twentieth by Syntetos and Boylan with 0.1.
        val demand = Series(List(24) { if (it % 2 == 0) 0.0 else 3.0 })
        val fixed = ModelParameters(alpha = 0.1)
        assertNear(listOf(1.5, 1.5), forecast(demand, asked(ModelKind.CROSTON).copy(parameters = fixed)).mean)
        assertNear(listOf(1.425, 1.425), forecast(demand, asked(ModelKind.SBA).copy(parameters = fixed)).mean)
    }

    @Test
    fun `the measures agree with those of a peer`() {
        // utilsforecast 0.2.17: smape (times 200), mae, rmse, mase with a season of 4, coverage, quantile_loss.
        val interval = ForecastInterval(80.0, listOf(2.0, 0.0, 9.0, 1.0), listOf(7.0, 3.0, 12.0, 2.5), 10.0, 18.0)
        val check =
            ForecastCheck(
                history = listOf(3.0, 0.0, 7.0, 2.0, 9.0, 4.0, 6.0, 1.0, 8.0, 5.0, 11.0, 2.0),
                actual = listOf(6.0, 0.0, 10.0, 3.0),
                mean = listOf(5.0, 1.0, 8.0, 3.0),
                intervals = listOf(interval),
            )
        val found = forecastAccuracy(listOf(check), 4u)
        val measures = listOf(found.smape, found.mae, found.rmse, found.mase, found.rmsse, found.wape).map { it!! }
        val expected = listOf(60.1010101010101, 1.0, 1.224744871391589, 0.4, 0.2137904843325253, 4 / 19.0)
        assertNear(expected, measures)
        assertEquals(0.75, found.levels.single().coverage)
        assertNear(listOf(0.175, 0.2625), found.quantiles.map { it.pinball!! })
        refused<CrmException.Invalid>(ErrorCode.OUT_OF_RANGE, "checks[0].mean") {
            forecastAccuracy(listOf(check.copy(mean = listOf(1.0))))
        }
    }
}
