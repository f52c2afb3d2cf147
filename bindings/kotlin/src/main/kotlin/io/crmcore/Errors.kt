package io.crmcore

/** Everything that was found to be wrong; never empty. */
val CrmException.problems: List<Problem>
    get() =
        when (this) {
            is CrmException.Invalid -> problems
            is CrmException.NotFound -> problems
            is CrmException.Denied -> problems
            is CrmException.Conflict -> problems
            is CrmException.Unknown -> problems
            is CrmException.Unavailable -> problems
            is CrmException.Corrupt -> problems
            is CrmException.InsufficientHistory -> problems
        }

/** What went wrong first, as a program reads it. */
val CrmException.code: ErrorCode
    get() = problems.first().code

/** The path of the first field that is wrong, for example `lines[2].quantity`. */
val CrmException.field: String?
    get() = problems.first().field
