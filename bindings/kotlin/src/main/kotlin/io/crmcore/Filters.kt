package io.crmcore

/*
 * Conditions as one would say them. Every comparison stands in parentheses when it is joined with another one:
 *
 *     (field("grade") equalTo "A") and (field("employees") greaterOrEqual 100)
 */

/** A field of which a condition speaks. */
@JvmInline value class Field(val name: String)

/** The field of that name; custom fields too. */
fun field(name: String): Field = Field(name)

/** Equal; what [fieldsOf] takes may be compared. */
infix fun Field.equalTo(value: Any): Filter = compare(Comparison.EQUAL, value)

/** Not equal; false for an empty field. */
infix fun Field.notEqualTo(value: Any): Filter = compare(Comparison.NOT_EQUAL, value)

/** Less, or earlier. */
infix fun Field.less(value: Any): Filter = compare(Comparison.LESS, value)

/** Less or equal. */
infix fun Field.lessOrEqual(value: Any): Filter = compare(Comparison.LESS_OR_EQUAL, value)

/** Greater, or later. */
infix fun Field.greater(value: Any): Filter = compare(Comparison.GREATER, value)

/** Greater or equal. */
infix fun Field.greaterOrEqual(value: Any): Filter = compare(Comparison.GREATER_OR_EQUAL, value)

/** One of several values. */
infix fun Field.oneOf(values: Collection<Any>): Filter = Filter.In(name, values.map { fieldValueOf(name, it) })

/** A text that begins with these characters, upper and lower case told apart. */
infix fun Field.startsWith(prefix: String): Filter = Filter.Prefix(name, prefix)

/** Without a value. */
fun Field.isEmpty(): Filter = Filter.IsEmpty(name)

/** With a value. */
fun Field.isNotEmpty(): Filter = !isEmpty()

/** The list has an entry of a kind, as it stands in JSON, with a value. */
fun Field.holds(kind: String, value: String): Filter = Filter.Holds(name, kind, value)

/** Both conditions hold. */
infix fun Filter.and(other: Filter): Filter =
    Filter.All(if (this is Filter.All) filters + other else listOf(this, other))

/** At least one of the conditions holds. */
infix fun Filter.or(other: Filter): Filter =
    Filter.Any(if (this is Filter.Any) filters + other else listOf(this, other))

/** The condition does not hold. */
operator fun Filter.not(): Filter = Filter.NoneOf(listOf(this))

private fun Field.compare(comparison: Comparison, value: Any) =
    Filter.Compare(name, comparison, fieldValueOf(name, value))
