package io.crmcore

/**
 * Imports a CSV file and tells after each batch how many rows are done. If `progress` throws, the import goes on to its
 * end without it, because what was imported stands, and then the exception is thrown.
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
            override fun rowsDone(rows: ULong) {
                if (thrown == null) thrown = runCatching { progress(rows.toLong()) }.exceptionOrNull()
            }
        }
    val report = importCsv(bytes, mapping, dryRun, listener)
    thrown?.let { throw it }
    return report
}
