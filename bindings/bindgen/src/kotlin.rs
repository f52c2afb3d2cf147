//! Default values for the generated Kotlin.
//!
//! The generated text is regular: every comment stands on lines of its own that begin with `*`, every field and every
//! choice begins a line. So reading lines is enough, and anything unexpected is an error, not a guess.

use std::collections::{HashMap, HashSet};

const OPTIONAL: &str = "* @optional";
const DEFAULT: &str = "* @default";

/// The text without marks, with a default value at every marked field, with the engine's wording in the message of an
/// exception, with `close()` closing the engine, with the engine's exceptions for a closed object and for half a
/// character, and with lists that no choice of the name `List` hides.
pub(crate) fn adapt(text: &str) -> Result<String, String> {
    let defaults = defaults(text);
    let closing = closing(text);
    let mut adapted = String::with_capacity(text.len());
    let mut optional = false;
    let mut class = "";
    for line in text.lines() {
        class = class_of(line).unwrap_or(class);
        match line.trim() {
            // uniffi would only free the handle, which the garbage collector does as well; the file would stay open as
            // long as a session lives.
            "this.destroy()" if closing.contains(class) => adapted.push_str("        this.closeEngine()\n"),
            // In uniffi's own `use`, which Kotlin prefers to the one of its library.
            "this?.destroy()" => adapted.push_str("            (this as? AutoCloseable)?.close()\n"),
            OPTIONAL => optional = true,
            DEFAULT => {}
            field if optional && field.starts_with("val ") => {
                optional = false;
                let (_, kind) = field.split_once(": ").ok_or_else(|| format!("no type in `{field}`"))?;
                let value =
                    default_of(kind, &defaults).ok_or_else(|| format!("no default value is known for `{field}`"))?;
                adapted.push_str(&format!("{line} = {value}\n"));
            }
            // An object that was closed answers as the engine does.
            closed
                if closed.starts_with("throw IllegalStateException(") && closed.contains("already been destroyed") =>
            {
                adapted.push_str("                throw closed(this.javaClass.simpleName)\n");
            }
            "encode(CharBuffer.wrap(value))" => {
                adapted.push_str("            wellFormed { encode(CharBuffer.wrap(value)) }\n");
            }
            // uniffi would write the fields of the error here; see uniffi-rs #1077.
            r#"get() = "problems=${ `problems` }""# => adapted.push_str("            get() = messageOf(problems)\n"),
            // In a choice of a sealed class, beside which another choice may be called `List`.
            _ if line.starts_with("        val `") => {
                adapted.push_str(&line.replacen("`: List<", "`: kotlin.collections.List<", 1));
                adapted.push('\n');
            }
            _ => {
                adapted.push_str(line);
                adapted.push('\n');
            }
        }
    }
    Ok(adapted)
}

/// The classes with a method that closes the engine.
fn closing(text: &str) -> HashSet<&str> {
    let mut class = "";
    let mut found = HashSet::new();
    for line in text.lines() {
        class = class_of(line).unwrap_or(class);
        if line.contains("override fun `closeEngine`()") {
            found.insert(class);
        }
    }
    found
}

/// The name in `open class Name: Disposable`, on the outermost level.
fn class_of(line: &str) -> Option<&str> {
    line.strip_prefix("open class ")?.split([':', ' ', '(']).next()
}

/// The text without the marks.
pub(crate) fn without_marks(text: &str) -> String {
    let is_mark = |line: &str| [OPTIONAL, DEFAULT].contains(&line.trim());
    text.lines().filter(|line| !is_mark(line)).map(|line| format!("{line}\n")).collect()
}

/// The default value of each enum that has one, and of each record whose fields are all optional.
fn defaults(text: &str) -> HashMap<String, String> {
    let mut found = HashMap::new();
    let (mut name, mut is_record, mut all_optional) = (String::new(), false, false);
    let (mut default, mut optional) = (false, false);
    for line in text.lines() {
        if let Some(declared) = declared_type(line) {
            (name, is_record, all_optional) = (declared.to_owned(), line.starts_with("data class"), true);
            continue;
        }
        match line.trim() {
            DEFAULT => default = true,
            OPTIONAL => optional = true,
            comment if comment.starts_with('*') || comment.starts_with("/**") => {}
            choice if default && !choice.is_empty() => {
                default = false;
                let choice = choice.strip_prefix("object ").unwrap_or(choice);
                let choice = choice.split([' ', ',', ';', ':']).next().unwrap_or(choice);
                found.insert(name.clone(), format!("{name}.{choice}"));
            }
            field if field.starts_with("val ") => all_optional &= std::mem::take(&mut optional),
            _ if line.starts_with(')') && is_record && all_optional => {
                found.insert(name.clone(), format!("{name}()"));
            }
            _ => {}
        }
    }
    found
}

/// The name in `enum class Name {`, `sealed class Name {` or `data class Name (`, on the outermost level.
fn declared_type(line: &str) -> Option<&str> {
    let rest = ["enum class ", "sealed class ", "data class "].iter().find_map(|start| line.strip_prefix(start))?;
    rest.split([' ', '(', '{', ':']).next()
}

fn default_of(kind: &str, defaults: &HashMap<String, String>) -> Option<String> {
    let value = match kind {
        _ if kind.ends_with('?') => "null",
        _ if kind.starts_with("List<") => "emptyList()",
        _ if kind.starts_with("Map<") => "emptyMap()",
        _ if kind.starts_with("Set<") => "emptySet()",
        "kotlin.String" | "Id" => "\"\"",
        "kotlin.Boolean" => "false",
        "kotlin.Byte" | "kotlin.Short" | "kotlin.Int" => "0",
        "kotlin.Long" => "0L",
        "kotlin.UByte" | "kotlin.UShort" | "kotlin.UInt" => "0u",
        "kotlin.ULong" => "0uL",
        "kotlin.Double" => "0.0",
        "kotlin.ByteArray" => "byteArrayOf()",
        "Decimal" => "java.math.BigDecimal.ZERO",
        "Timestamp" => "java.time.Instant.EPOCH",
        _ => return defaults.get(kind).cloned(),
    };
    Some(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
/**
 * Where it stands.
 */
enum class Stage {
    /**
     * Lost.
     */
    LOST,
    /**
     * New.
     * @default
     */
    NEW;

    companion object
}
sealed class Value {
    /**
     * Nothing.
     * @default
     */
    object Null : Value()
}
data class Inner (
    /**
     * A note.
     * @optional
     */
    val `note`: kotlin.String?
    
){
}
data class Outer (
    /**
     * Required.
     */
    val `name`: kotlin.String
    , 
    /**
     * @optional
     */
    val `stage`: Stage
    , 
    /**
     * @optional
     */
    val `value`: Value
    , 
    /**
     * @optional
     */
    val `inner`: Inner
    , 
    /**
     * @optional
     */
    val `price`: Decimal
    
){
}
";

    #[test]
    fn marked_fields_get_the_default_of_their_type() {
        let adapted = adapt(TEXT).unwrap();
        for line in [
            "    val `note`: kotlin.String? = null",
            "    val `name`: kotlin.String",
            "    val `stage`: Stage = Stage.NEW",
            "    val `value`: Value = Value.Null",
            "    val `inner`: Inner = Inner()",
            "    val `price`: Decimal = java.math.BigDecimal.ZERO",
        ] {
            assert!(adapted.lines().any(|found| found == line), "{line}");
        }
        assert!(!adapted.contains("@default") && !adapted.contains("@optional"));
        assert_eq!(adapt(&adapted).unwrap(), adapted);
    }

    #[test]
    fn a_choice_called_list_hides_no_list() {
        let choice = "        val `commands`: List<io.crmcore.Command>) : Question()\n";
        let adapted = "        val `commands`: kotlin.collections.List<io.crmcore.Command>) : Question()\n";
        assert_eq!(adapt(choice).unwrap(), adapted);
        let record = "    val `commands`: List<Command>\n";
        assert_eq!(adapt(record).unwrap(), record);
    }

    #[test]
    fn a_type_without_a_default_is_an_error() {
        let text = TEXT.replace("     * @default\n", "");
        assert_eq!(adapt(&text).unwrap_err(), "no default value is known for `val `stage`: Stage`");
    }

    #[test]
    fn a_record_with_a_required_field_has_no_default() {
        assert!(!defaults(TEXT).contains_key("Outer"));
    }

    #[test]
    fn close_closes_the_engine_where_there_is_one() {
        let class = |name: &str, method: &str| {
            format!(
                "open class {name}: Disposable, AutoCloseable\n{{\n    override fun close() {{\n        \
                 this.destroy()\n    }}\n    override fun `{method}`()\n}}\n"
            )
        };
        let adapted = adapt(&(class("Crm", "closeEngine") + &class("Session", "user"))).unwrap();
        let (crm, session) = adapted.split_once("open class Session").unwrap();
        assert!(crm.contains("this.closeEngine()") && !crm.contains("this.destroy()"));
        assert!(session.contains("this.destroy()"));
        assert_eq!(adapt("    this?.destroy()\n").unwrap(), "            (this as? AutoCloseable)?.close()\n");
    }

    #[test]
    fn a_closed_object_and_half_a_character_are_errors_of_the_engine() {
        let closed = r#"                throw IllegalStateException("${this.javaClass.simpleName} object has already been destroyed")"#;
        assert_eq!(adapt(closed).unwrap(), "                throw closed(this.javaClass.simpleName)\n");
        let other = "                throw IllegalStateException(\"call counter would overflow\")\n";
        assert_eq!(adapt(other).unwrap(), other);
        let encoded = adapt("            encode(CharBuffer.wrap(value))\n").unwrap();
        assert_eq!(encoded, "            wellFormed { encode(CharBuffer.wrap(value)) }\n");
    }

    #[test]
    fn the_message_of_an_exception_is_the_engines() {
        let adapted =
            adapt("        override val message\n            get() = \"problems=${ `problems` }\"\n").unwrap();
        assert!(adapted.ends_with("            get() = messageOf(problems)\n"));
    }
}
