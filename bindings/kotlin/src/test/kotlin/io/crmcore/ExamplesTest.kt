package io.crmcore

import io.crmcore.examples.main
import java.io.ByteArrayOutputStream
import java.io.PrintStream
import kotlin.io.path.Path
import kotlin.io.path.readText
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** The examples run as they are. */
class ExamplesTest {
    @Test
    fun `the first deal is won`() {
        val printed = ByteArrayOutputStream()
        val console = System.out
        System.setOut(PrintStream(printed, true, Charsets.UTF_8))
        try {
            main()
        } finally {
            System.setOut(console)
        }
        val basedir = Path(System.getProperty("basedir") ?: ".")
        val expected = basedir.resolve("../../examples/expected.txt").readText()
        assertEquals(expected, printed.toString(Charsets.UTF_8).replace(System.lineSeparator(), "\n"))
    }
}
