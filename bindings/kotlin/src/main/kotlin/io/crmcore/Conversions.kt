package io.crmcore

import java.time.Instant

/*
 * What the generated code calls: see `uniffi.toml` of the crate `crm-core` and the crate `crm-bindgen`.
 */

private const val MICROS_PER_SECOND = 1_000_000L
private const val NANOS_PER_MICRO = 1_000L

internal fun instantOfMicros(micros: Long): Instant =
    Instant.ofEpochSecond(
        Math.floorDiv(micros, MICROS_PER_SECOND),
        Math.floorMod(micros, MICROS_PER_SECOND) * NANOS_PER_MICRO,
    )

/**
 * Microseconds since 1970, of an instant that [lowered] has let through. The engine counts microseconds and the clock of
 * the JVM nanoseconds, so that every `Instant.now()` would be refused if the rest were not cut.
 */
internal fun microsOf(instant: Instant): Long =
    instant.epochSecond * MICROS_PER_SECOND + instant.nano / NANOS_PER_MICRO

internal fun messageOf(problems: List<Problem>): String =
    problems.joinToString("; ") { problem -> problem.field?.let { "$it: ${problem.message}" } ?: problem.message }
