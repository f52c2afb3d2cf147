package io.crmcore

import java.nio.file.Files
import java.nio.file.Path
import kotlin.math.abs
import kotlin.math.max
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Forecasts of series, without a database. */
class ForecastTest {
    private val file = Path.of(System.getProperty("basedir") ?: ".").resolve("../conformance/forecast.tsv")

    /** Two years of international airline passengers in thousands (Box, Jenkins and Reinsel, series G, 1949 and 1950). */
    private val passengers: List<Double?> =
        listOf(112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118).map { it.toDouble() } +
            listOf(115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114, 140).map { it.toDouble() }

    private fun options(model: ModelKind = ModelKind.SEASONAL_NAIVE) =
        ForecastOptions(horizon = 3u, levels = listOf(), model = model)

    private fun figures(text: String): List<Double?> =
        if (text.isEmpty()) listOf() else text.split(",").map { it.toDoubleOrNull() }

    private fun assertClose(expected: String, found: List<Double>, of: String) {
        val wanted = figures(expected).map { it!! }
        assertEquals(wanted.size, found.size, of)
        for ((one, other) in wanted.zip(found)) {
            assertTrue(abs(one - other) <= 1e-9 * max(abs(one), 1.0), "$of: $other is not $one")
        }
    }

    @Test
    fun `Kotlin forecasts what Rust does`() {
        val lines = Files.readAllLines(file).map { it.split("\t") }
        assertTrue(lines.size >= 150)
        for (line in lines) {
            val (key, model, horizon, season, levels) = line
            val of = "$key $model"
            val asked =
                ForecastOptions(
                    horizon = horizon.toUInt(),
                    seasonLength = season.toUInt(),
                    levels = levels.split(",").filter { it.isNotEmpty() }.map { it.toDouble() },
                    model = ModelKind.valueOf(model.uppercase()),
                )
            val found =
                try {
                    forecast(Series(figures(line[5])), asked)
                } catch (error: CrmException) {
                    assertEquals(line.drop(6), listOf(error.code.name.lowercase()), of)
                    continue
                }
            assertEquals(line[6], found.model, of)
            assertClose(line[7], found.mean, of)
            assertEquals(line.size - 8, found.intervals.size * 2, of)
            found.intervals.forEachIndexed { place, interval ->
                assertClose(line[8 + 2 * place], interval.lower, of)
                assertClose(line[9 + 2 * place], interval.upper, of)
            }
        }
    }

    @Test
    fun `a series comes back with its key`() {
        val found = forecast(Series(passengers, key = "passengers"), options())
        assertEquals(listOf(115.0, 126.0, 141.0), found.mean)
        assertEquals("passengers" to "seasonal_naive", found.key to found.model)
        assertNull(found.problem)
    }

    @Test
    fun `many series come back in their order`() {
        val series = (0..99).map { Series(List(3) { _ -> it.toDouble() }, key = "$it") }
        val found = forecastMany(series, options(ModelKind.NAIVE), threads = 2u)
        assertEquals(series.map { it.key to List(3) { _ -> it.values.first() } }, found.map { it.key to it.mean })
    }

    @Test
    fun `a series that is too short has its problem in its place`() {
        val found = forecastMany(listOf(Series(passengers), Series(passengers.take(4))), options())
        assertEquals(listOf(null, ErrorCode.INSUFFICIENT_HISTORY), found.map { it.problem?.code })
        assertTrue(found[1].mean.isEmpty())
        val error =
            refused<CrmException.InsufficientHistory>(ErrorCode.INSUFFICIENT_HISTORY, "values") {
                forecast(Series(passengers.take(4)), options())
            }
        assertEquals("4", error.problems.first().data["observations"])
    }

    @Test
    fun `what is no figure and what is out of range is refused`() {
        refused<CrmException.Invalid>(ErrorCode.OUT_OF_RANGE, "values[1]") {
            forecast(Series(listOf(1.0, Double.POSITIVE_INFINITY)), options(ModelKind.NAIVE))
        }
        refused<CrmException.Invalid>(ErrorCode.OUT_OF_RANGE, "horizon") {
            forecast(Series(passengers), options().copy(horizon = 0u))
        }
        refused<CrmException.Invalid>(ErrorCode.OUT_OF_RANGE, "threads") {
            forecastMany(listOf(), options(), threads = 0u)
        }
    }

    /** The mean of the last three months, but never more than a machine makes. */
    private class Capped(private val most: Double) : CustomModel {
        override fun name() = "capped"

        override fun predict(values: List<Double>, seasonLength: UInt, horizon: UInt): List<Double> {
            if (values.size < 3) {
                throw CustomModelException.TooShort(3u)
            }
            return List(horizon.toInt()) { values.takeLast(3).average().coerceAtMost(most) }
        }
    }

    private class Failing : CustomModel {
        override fun name() = "failing"

        override fun predict(values: List<Double>, seasonLength: UInt, horizon: UInt): List<Double> =
            throw IllegalStateException("customer 4711")
    }

    @Test
    fun `a model of the host has intervals as those of the engine have`() {
        val options = ForecastOptions(horizon = 2u)
        val found = forecastWith(Series(passengers), Capped(120.0), options)
        assertEquals(listOf(120.0, 120.0) to "capped", found.mean to found.model)
        assertEquals(listOf(80.0, 95.0), found.intervals.map { it.level })
        assertTrue(found.intervals.all { it.lower[0] <= 120.0 && 120.0 <= it.upper[0] })
    }

    @Test
    fun `what a model throws comes back as an error`() {
        refused<CrmException.InsufficientHistory>(ErrorCode.INSUFFICIENT_HISTORY, "values") {
            forecastWith(Series(passengers.take(2)), Capped(1.0), options())
        }
        val error = refused<CrmException.Invalid>(ErrorCode.MODEL_FAILED, "model") {
            forecastWith(Series(passengers), Failing(), options())
        }
        assertEquals("failing", error.problems.first().data["model"])
        assertTrue("4711" !in error.message)
    }

    @Test
    fun `models of the engine, formulas and models of the host stand beside each other`() {
        val formula = ForecastFormula("a tenth more", listOf(FormulaRange(1u, "seasonal_naive * 1.1")))
        val options = BacktestOptions(horizon = 3u, origins = 2u, step = 3u)
        val found =
            backtest(
                listOf(Series(passengers, key = "air")),
                options,
                listOf(ModelKind.NAIVE, ModelKind.SEASONAL_NAIVE),
                listOf(formula),
                listOf(Capped(1000.0), Failing()),
                threads = 2u,
            )
        assertEquals(listOf("naive", "seasonal_naive", "a tenth more", "capped", "failing"), found.models)
        // 21 months are known: the last is 158, the mean of the last three 166; 133, 114 and 140 came.
        val last = found.windows.filter { it.origin == 21u }.associateBy { found.models[it.model.toInt()] }
        assertEquals(List(3) { 158.0 }, last["naive"]!!.mean)
        assertEquals(listOf(119.0, 104.0, 118.0), last["seasonal_naive"]!!.mean)
        assertClose("130.9,114.4,129.8", last["a tenth more"]!!.mean, "formula")
        assertEquals(List(3) { 166.0 }, last["capped"]!!.mean)
        assertEquals(listOf(133.0, 114.0, 140.0), last["capped"]!!.actual)
        assertEquals(setOf("failing" to ErrorCode.MODEL_FAILED), found.problems.map { it.model to it.problem.code }.toSet())
        assertTrue(forecastByFormula(Series(passengers), formula, options(ModelKind.AUTO)).mean.first() > 115.0)
    }

    @Test
    fun `a series is taken apart`() {
        val parts = decompose(Series(passengers + passengers))
        assertTrue(parts.isMultiplicative)
        assertEquals(48, parts.season.size)
        assertNull(parts.trend.first())
    }
}
