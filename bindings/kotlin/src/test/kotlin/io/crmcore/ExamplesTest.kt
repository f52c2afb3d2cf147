package io.crmcore

import io.crmcore.examples.main
import java.io.ByteArrayOutputStream
import java.io.PrintStream
import org.junit.jupiter.api.Assertions.assertTrue
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
        val text = printed.toString(Charsets.UTF_8)
        assertTrue(Regex("""Won +1 +172200 CNY""").containsMatchIn(text), text)
        assertTrue("quote.accept_quote" in text, text)
    }
}
