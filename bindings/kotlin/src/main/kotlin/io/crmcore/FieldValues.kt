package io.crmcore

import java.math.BigDecimal
import java.time.Instant
import java.time.LocalDate
import java.util.UUID

/*
 * A field value from what a Kotlin programmer has at hand. A reference and nested JSON are text too, so they are named:
 * `FieldValue.Reference(id)`, `FieldValue.Json(text)`; no value is `FieldValue.Null`.
 */

/** Yes or no. */
fun FieldValue.Companion.of(value: Boolean): FieldValue = FieldValue.Boolean(value)

/** A whole number. */
fun FieldValue.Companion.of(value: Int): FieldValue = FieldValue.Integer(value.toLong())

/** A whole number. */
fun FieldValue.Companion.of(value: Long): FieldValue = FieldValue.Integer(value)

/** Text. */
fun FieldValue.Companion.of(value: String): FieldValue = FieldValue.Text(value)

/** An exact decimal; one with more than 28 digits is refused by the engine. */
fun FieldValue.Companion.of(value: BigDecimal): FieldValue = FieldValue.Decimal(value)

/** A business date. */
fun FieldValue.Companion.of(value: LocalDate): FieldValue = FieldValue.Date(value)

/** An instant, in microseconds. */
fun FieldValue.Companion.of(value: Instant): FieldValue = FieldValue.Timestamp(value)

/** A choice of a picklist, as it is written there: `AccountKind.DEALER` is `dealer`. */
fun FieldValue.Companion.of(value: Enum<*>): FieldValue = FieldValue.Text(value.name.lowercase())

/** Yes or no. */
fun Boolean.toFieldValue(): FieldValue = FieldValue.of(this)

/** A whole number. */
fun Int.toFieldValue(): FieldValue = FieldValue.of(this)

/** A whole number. */
fun Long.toFieldValue(): FieldValue = FieldValue.of(this)

/** Text; the field decides what it means, so that a reference, a date or a decimal may be given as text too. */
fun String.toFieldValue(): FieldValue = FieldValue.of(this)

/** An exact decimal. */
fun BigDecimal.toFieldValue(): FieldValue = FieldValue.of(this)

/** A business date. */
fun LocalDate.toFieldValue(): FieldValue = FieldValue.of(this)

/** An instant, in microseconds. */
fun Instant.toFieldValue(): FieldValue = FieldValue.of(this)

/** A choice of a picklist. */
fun Enum<*>.toFieldValue(): FieldValue = FieldValue.of(this)

/**
 * Fields by name, for [Session.create] and [Session.update]: `fieldsOf("grade" to "A", "employees" to 120)`. A list or a
 * map becomes nested JSON, in which decimals, dates and instants are text.
 *
 * @throws CrmException.Invalid with the path of the field, and [ErrorCode.FLOAT_NOT_ALLOWED] for a float,
 *   [ErrorCode.DECIMAL_DIGITS] for a decimal with too many digits, [ErrorCode.OUT_OF_RANGE] for a date outside the years 1
 *   to 9999, [ErrorCode.WRONG_TYPE] for anything else that no field can hold.
 */
fun fieldsOf(vararg fields: Pair<String, Any?>): Map<String, FieldValue> =
    fields.associate { (name, value) -> name to fieldValueOf(name, value) }

internal fun fieldValueOf(field: String, value: Any?): FieldValue = placed({ field }) { fieldValueOf(value) }

private fun fieldValueOf(value: Any?): FieldValue =
    when (value) {
        null -> FieldValue.Null
        is FieldValue -> value
        is Boolean -> value.toFieldValue()
        is Int -> value.toFieldValue()
        is Long -> value.toFieldValue()
        is String -> value.toFieldValue()
        is BigDecimal -> value.also { lowered(it) }.toFieldValue()
        is LocalDate -> value.also { lowered(it) }.toFieldValue()
        is Instant -> value.also { lowered(it) }.toFieldValue()
        is Enum<*> -> value.toFieldValue()
        is UUID -> FieldValue.Reference(value.toString())
        is Iterable<*>,
        is Map<*, *> -> FieldValue.Json(StringBuilder().also { writeJson(it, value) }.toString())
        is Float,
        is Double -> throw invalid(ErrorCode.FLOAT_NOT_ALLOWED, "a float is not exact: give a BigDecimal")
        else -> throw invalid(ErrorCode.WRONG_TYPE, "no field holds a ${value.javaClass.name}")
    }

private fun writeJson(out: StringBuilder, value: Any?) {
    when (value) {
        is Map<*, *> -> {
            var between = '{'
            for ((key, item) in value) {
                val name = key as? String ?: throw invalid(ErrorCode.WRONG_TYPE, "a key of a map is text")
                writeText(out.append(between), name)
                placed({ name }) { writeJson(out.append(':'), item) }
                between = ','
            }
            out.append(if (between == '{') "{}" else "}")
        }
        is Iterable<*> -> {
            out.append('[')
            value.forEachIndexed { place, item ->
                if (place > 0) out.append(',')
                placed({ "[$place]" }) { writeJson(out, item) }
            }
            out.append(']')
        }
        else -> writeSingle(out, fieldValueOf(value))
    }
}

private fun writeSingle(out: StringBuilder, value: FieldValue) {
    when (value) {
        is FieldValue.Null -> out.append("null")
        is FieldValue.Boolean -> out.append(value.v1)
        is FieldValue.Integer -> out.append(value.v1)
        is FieldValue.Json -> out.append(value.v1)
        is FieldValue.Text -> writeText(out, value.v1)
        is FieldValue.Decimal -> writeText(out, value.v1.toPlainString())
        is FieldValue.Date -> writeText(out, value.v1.toString())
        is FieldValue.Timestamp -> writeText(out, value.v1.toString())
        is FieldValue.Reference -> writeText(out, value.v1)
    }
}

private fun writeText(out: StringBuilder, text: String) {
    out.append('"')
    for (letter in text) {
        when {
            letter == '"' || letter == '\\' -> out.append('\\').append(letter)
            letter < ' ' -> out.append("\\u%04x".format(letter.code))
            else -> out.append(letter)
        }
    }
    out.append('"')
}
