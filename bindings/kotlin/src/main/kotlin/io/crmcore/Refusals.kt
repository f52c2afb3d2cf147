package io.crmcore

import java.math.BigDecimal
import java.nio.charset.CharacterCodingException
import java.time.Instant
import java.time.LocalDate

/*
 * What the engine would refuse on the way in is refused here, because here the field is known. The generated code calls
 * these functions: see `uniffi.toml` of the crate `crm-core` and the crate `crm-bindgen`.
 */

/** Digits that every exact decimal of the engine can keep, before and behind the point. */
private const val SAFE_DIGITS = 28

private val YEARS = 1..9999

internal fun invalid(code: ErrorCode, message: String, field: String? = null) =
    CrmException.Invalid(listOf(Problem(code = code, message = message, field = field)))

/** Puts a place before the field of a refusal: `unit_price` in `lines[2]` becomes `lines[2].unit_price`. */
internal inline fun <R> placed(place: () -> String, write: () -> R): R =
    try {
        write()
    } catch (refused: CrmException.Invalid) {
        throw refused.under(place())
    }

internal fun CrmException.Invalid.under(place: String) =
    CrmException.Invalid(
        problems.map { problem ->
            val field = problem.field
            val path =
                when {
                    field == null -> place
                    field.startsWith("[") -> place + field
                    else -> "$place.$field"
                }
            problem.copy(field = path)
        }
    )

/** An object that was closed, or whose engine was. */
internal fun closed(kind: String) =
    CrmException.Unavailable(listOf(Problem(code = ErrorCode.CLOSED, message = "the ${kind.lowercase()} was closed")))

/** Half a character, a surrogate without the other one, is no text. */
internal inline fun <R> wellFormed(encode: () -> R): R =
    try {
        encode()
    } catch (_: CharacterCodingException) {
        throw invalid(ErrorCode.BAD_FORMAT, "the text holds half a character: a surrogate without the other one")
    }

/** The written form of a decimal; the engine says whether it can keep a long one. */
internal fun lowered(value: BigDecimal): String {
    val text = value.toString()
    if (value.precision() > SAFE_DIGITS || value.scale() !in 0..SAFE_DIGITS) parseDecimal(text)
    return text
}

/** The written form of a date. */
internal fun lowered(value: LocalDate): String {
    if (value.year !in YEARS) throw invalid(ErrorCode.OUT_OF_RANGE, "the date lies outside the years 1 to 9999")
    return value.toString()
}

/** The microseconds of an instant. */
internal fun lowered(value: Instant): Long {
    if (value < FIRST || value >= BEHIND) {
        throw invalid(ErrorCode.OUT_OF_RANGE, "the instant lies outside the years 1 to 9999")
    }
    return microsOf(value)
}

private val FIRST = Instant.parse("0001-01-01T00:00:00Z")

private val BEHIND = Instant.parse("+10000-01-01T00:00:00Z")

/** As long as what is written; measuring refuses nothing. */
internal fun measured(value: BigDecimal): String = value.toString()

internal fun measured(value: LocalDate): String = value.toString()

@Suppress("UNUSED_PARAMETER") internal fun measured(value: Instant): Long = 0L
