package io.crmcore

import java.math.BigDecimal
import java.time.Instant
import java.time.LocalDate

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
 * Fields by name, for [Session.create] and [Session.update]: `fieldsOf("grade" to "A", "employees" to 120)`.
 *
 * @throws CrmException.Invalid with [ErrorCode.FLOAT_NOT_ALLOWED] for a float, [ErrorCode.WRONG_TYPE] for anything else
 *   that no field can hold.
 */
fun fieldsOf(vararg fields: Pair<String, Any?>): Map<String, FieldValue> =
    fields.associate { (name, value) -> name to fieldValueOf(name, value) }

internal fun fieldValueOf(field: String, value: Any?): FieldValue =
    when (value) {
        null -> FieldValue.Null
        is FieldValue -> value
        is Boolean -> value.toFieldValue()
        is Int -> value.toFieldValue()
        is Long -> value.toFieldValue()
        is String -> value.toFieldValue()
        is BigDecimal -> value.toFieldValue()
        is LocalDate -> value.toFieldValue()
        is Instant -> value.toFieldValue()
        is Enum<*> -> value.toFieldValue()
        is Float,
        is Double -> throw refused(ErrorCode.FLOAT_NOT_ALLOWED, field, "a float is not exact: give a BigDecimal")
        else -> throw refused(ErrorCode.WRONG_TYPE, field, "no field holds a ${value.javaClass.name}")
    }

private fun refused(code: ErrorCode, field: String, message: String) =
    CrmException.Invalid(listOf(Problem(code = code, message = message, field = field)))
