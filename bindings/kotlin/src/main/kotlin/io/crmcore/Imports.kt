package io.crmcore

/**
 * Imports a CSV file and tells after each thousand rows and at the end how many rows are done; in a dry run, how many
 * were read.
 *
 * If `progress` throws, the import ends there and the exception comes out of this call: the rows that are done stand,
 * and a second import of the same file finds them again.
 */
fun Session.importCsv(
    bytes: ByteArray,
    mapping: ImportMapping,
    dryRun: Boolean = false,
    progress: (rows: Long) -> Unit,
): ImportReport {
    var thrown: Throwable? = null
    val listener =
        object : ImportProgress {
            override fun rowsDone(rows: ULong): Boolean {
                thrown = runCatching { progress(rows.toLong()) }.exceptionOrNull()
                return thrown == null
            }
        }
    val report = importCsv(bytes, mapping, dryRun, listener)
    thrown?.let { throw it }
    return report
}
