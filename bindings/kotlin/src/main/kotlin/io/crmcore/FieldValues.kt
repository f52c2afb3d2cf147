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
