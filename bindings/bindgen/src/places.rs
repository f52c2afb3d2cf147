//! Where in a record or a call a value stands that the engine does not take.
//!
//! uniffi writes a value into bytes field by field and says nothing of the field when that fails. `placed` of
//! `Refusals.kt` adds it; this module puts `placed` round every line that may fail.

use std::collections::HashSet;

/// Converters that cannot fail.
const SAFE: [&str; 9] = ["Boolean", "Byte", "Short", "Int", "Long", "UByte", "UInt", "ULong", "ByteArray"];
/// Converters of single values that can.
const SINGLE: [&str; 4] = ["String", "TypeDecimal", "TypeDate", "TypeTimestamp"];

/// The text with a place for every value that may be refused.
pub(crate) fn add(text: &str) -> String {
    let unions: HashSet<&str> =
        text.lines().filter_map(|line| line.strip_prefix("sealed class ")?.split([' ', ':']).next()).collect();
    let mut writer = "";
    let mut measuring = false;
    let mut adapted = String::with_capacity(text.len());
    for line in text.lines() {
        if let Some(converter) = line.strip_prefix("public object FfiConverterType") {
            writer = converter.split(':').next().unwrap_or_default();
        }
        if line.contains("override fun ") {
            measuring = line.contains(" allocationSize(");
        }
        adapted.push_str(&match line.trim() {
            // How much room a value takes is asked before it is written, and is no time to refuse it.
            "val builtinValue = lowered(value)" if measuring => line.replace("lowered", "measured"),
            "value.iterator().forEach {" => line.replace("iterator().forEach {", "forEachIndexed { place, it ->"),
            _ => placed(line, unions.contains(writer)).unwrap_or_else(|| line.to_owned()),
        });
        adapted.push('\n');
    }
    adapted
}

/// The line in `placed`, if it writes a value that may be refused.
fn placed(line: &str, in_union: bool) -> Option<String> {
    let call = line.trim();
    let (converter, rest) = call.strip_prefix("FfiConverter")?.split_once('.')?;
    let single = SINGLE.contains(&converter.trim_start_matches("Optional").trim_start_matches("Sequence"));
    let (call, place) = if let Some(value) = rest.strip_prefix("write(") {
        let place = match value {
            "it, buf)" => "[$place]".to_owned(),
            "v, buf)" => "$k".to_owned(),
            // A command of a room carries records whose fields are named without the command.
            field if in_union && !single => return named(field, "value.").and(None),
            field => named(field, "value.")?,
        };
        (call, place)
    } else {
        // What an argument is made of says its own place.
        let name = named(rest.strip_prefix("lower(").filter(|_| single)?, "")?;
        (call.split_once("`)")?.0, name)
    };
    if SAFE.contains(&converter.trim_start_matches("Optional")) || place.strip_prefix('v').is_some_and(is_number) {
        return None;
    }
    let indent = &line[..line.len() - line.trim_start().len()];
    let behind = line.trim_start().strip_prefix(call).unwrap_or_default();
    let (call, behind) = match behind.strip_prefix("`)") {
        Some(behind) => (format!("{call}`)"), behind),
        None => (call.to_owned(), behind),
    };
    Some(format!("{indent}placed({{ \"{place}\" }}) {{ {call} }}{behind}"))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `annual_revenue` of ``value.`annualRevenue`, buf)``.
fn named(text: &str, before: &str) -> Option<String> {
    let (name, _) = text.strip_prefix(before)?.strip_prefix('`')?.split_once('`')?;
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    Some(snake)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapted(line: &str) -> String {
        add(line).trim_end().to_owned()
    }

    #[test]
    fn a_field_of_a_record_is_placed() {
        assert_eq!(
            adapted("    FfiConverterOptionalTypeDecimal.write(value.`annualRevenue`, buf)"),
            "    placed({ \"annual_revenue\" }) { FfiConverterOptionalTypeDecimal.write(value.`annualRevenue`, buf) }"
        );
        for safe in
            ["FfiConverterOptionalLong.write(value.`employees`, buf)", "FfiConverterTypeId.write(value.`v1`, buf)"]
        {
            assert_eq!(adapted(safe), safe);
        }
    }

    #[test]
    fn an_argument_is_placed_and_a_record_is_not() {
        assert_eq!(
            adapted("  FfiConverterTypeTimestamp.lower(`validFrom`),_status)"),
            "  placed({ \"valid_from\" }) { FfiConverterTypeTimestamp.lower(`validFrom`) },_status)"
        );
        assert_eq!(adapted("FfiConverterTypeAccount.lower(`account`),"), "FfiConverterTypeAccount.lower(`account`),");
    }

    #[test]
    fn the_items_of_lists_and_maps_are_placed() {
        let list = "value.iterator().forEach {\n    FfiConverterTypeChannel.write(it, buf)\n}\n";
        let placed = "value.forEachIndexed { place, it ->\n    \
                      placed({ \"[$place]\" }) { FfiConverterTypeChannel.write(it, buf) }\n}\n";
        assert_eq!(add(list), placed);
        let entry = "FfiConverterTypeFieldValue.write(v, buf)";
        assert_eq!(adapted(entry), format!("placed({{ \"$k\" }}) {{ {entry} }}"));
    }

    #[test]
    fn the_record_in_a_command_is_not_placed_but_its_decimal_is() {
        let head = "sealed class SalesCommand {\npublic object FfiConverterTypeSalesCommand: FfiConverter {\n";
        let record = "FfiConverterTypeLead.write(value.`lead`, buf)\n";
        assert!(add(&format!("{head}{record}")).ends_with(&format!("{{\n{record}")));
        let decimal = "FfiConverterTypeDecimal.write(value.`amount`, buf)\n";
        assert!(add(&format!("{head}{decimal}")).contains("placed({ \"amount\" })"));
    }

    #[test]
    fn measuring_refuses_nothing() {
        let line = "        val builtinValue = lowered(value)\n";
        let measured = format!("    override fun allocationSize(value: Decimal): ULong {{\n{line}");
        assert!(add(&measured).contains("measured(value)"));
        let written = format!("    override fun write(value: Decimal, buf: ByteBuffer) {{\n{line}");
        assert!(add(&written).contains("lowered(value)"));
    }
}
