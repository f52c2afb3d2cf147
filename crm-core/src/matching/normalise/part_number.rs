//! Part numbers: the same part with and without blanks, dashes and slashes.

use super::bounds;

/// The letters and digits of a part number in capitals. 0 and O stay apart: both stand in real numbers.
pub(crate) fn fold(raw: &str) -> String {
    bounds::fold(raw).chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_and_case_make_no_other_part() {
        for text in
            ["6ES7 214-1AG40-0XB0", "6es7214-1ag40-0xb0", "６ＥＳ７２１４１ＡＧ４０－０ＸＢ０", "6ES7_214/1AG40.0XB0"]
        {
            assert_eq!(fold(text), "6ES72141AG400XB0", "{text}");
        }
        assert_ne!(fold("A0-1"), fold("AO-1"));
        assert_eq!(fold("YE3-132S-4 三相"), "YE3132S4三相");
        assert_eq!(fold("--- / ---"), "");
        assert!(fold(&"ﷺ".repeat(20_000)).chars().count() <= 256);
    }
}
