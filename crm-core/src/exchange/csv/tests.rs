use proptest::prelude::*;

use super::*;
use crate::value::ErrorCode;

fn table(text: &str) -> CsvTable {
    read_csv(text.as_bytes(), &CsvOptions::default()).unwrap()
}

fn cells(table: &CsvTable) -> Vec<(u64, Vec<&str>)> {
    table.rows.iter().map(|row| (row.row, row.cells.iter().map(String::as_str).collect())).collect()
}

#[test]
fn rows_are_numbered_as_a_spreadsheet_shows_them() {
    for line_break in ["\n", "\r\n", "\r"] {
        let file = ["", "a,b", "1,\"x\ny\"", "", "", "2,z", "   ", "3,w", ""].join(line_break);
        let table = table(&file);
        assert_eq!(table.rejects, []);
        let expected = [(3, vec!["1", "x\ny"]), (6, vec!["2", "z"]), (8, vec!["3", "w"])];
        assert_eq!(cells(&table), expected, "{line_break:?}");
    }
}

#[test]
fn rows_of_another_width_are_rejects_that_keep_their_cells() {
    let table = table("a,b\n1\n1,2,3\n4,5\n");
    assert_eq!(cells(&table), [(4, vec!["4", "5"])]);
    let widths: Vec<_> = table.rejects.iter().map(|r| (r.row, r.cells.len(), r.problems[0].code)).collect();
    assert_eq!(widths, [(2, 1, ErrorCode::BadFormat), (3, 3, ErrorCode::BadFormat)]);
}

#[test]
fn separators_are_found() {
    for (file, separator) in [
        ("a;b\n1,5;2,5\n", ";"),
        ("a\tb\n1,5\t2,5\n", "\t"),
        ("a|b\n", "|"),
        ("\"a;x\",b\n1,2\n", ","),
        ("a\n1\n", ","),
        ("sep=!\na!b\n", "!"),
        ("name,note;more\nx,y\nz,w\n", ","),
    ] {
        assert_eq!(table(file).separator, separator, "{file}");
    }
    assert_eq!(cells(&table("sep=!\r\na!b\r\n1!2\r\n")), [(2, vec!["1", "2"])]);
}

#[test]
fn inch_marks_inside_a_cell_are_text() {
    assert_eq!(cells(&table("a,b\n1 1/2\" pipe,\"2\"\" pipe\"\n")), [(2, vec!["1 1/2\" pipe", "2\" pipe"])]);
}

#[test]
fn a_quote_that_is_never_closed_rejects_its_line_and_no_other() {
    let table = table("a,b\n1,2\n\"3,4\n5,6\n");
    assert_eq!(cells(&table), [(2, vec!["1", "2"]), (4, vec!["5", "6"])]);
    let reject = &table.rejects[0];
    assert_eq!((reject.row, reject.cells.join("|")), (3, "\"3|4".into()));
    assert_eq!(reject.problems[0].to_string(), "a: a quote is opened here and never closed");

    let many = format!("a,b\nx,y\n\"z,1\n{}", "good,row\n".repeat(100));
    let table = self::table(&many);
    assert_eq!((table.rows.len(), table.rejects.len()), (101, 1));
}

#[test]
fn a_quote_that_closes_rows_later_swallows_no_row() {
    let table = table("name,n\n\"Alpha,1\nBeta,2\n\"Gamma\" AG,3\nDelta,4\n");
    assert_eq!(cells(&table), [(3, vec!["Beta", "2"]), (5, vec!["Delta", "4"])]);
    assert_eq!(table.rejects.iter().map(|reject| reject.row).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn text_behind_a_closing_quote_is_not_glued_to_the_cell() {
    let table = table("name,n\n\"Best\" Tools,1\n\"Next\"  ,2\n");
    assert_eq!(cells(&table), [(3, vec!["Next", "2"])]);
    assert_eq!(table.rejects[0].problems[0].to_string(), "name: text stands behind a closing quote");
    assert_eq!(table.rejects[0].cells, ["\"Best\" Tools", "1"]);
}

#[test]
fn headers_are_named_and_differ() {
    assert_eq!(table(" a ,,b,\n").header, ["a", "column_2", "b", "column_4"]);
    let error = read_csv(b"a,b,a\n", &CsvOptions::default()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::DuplicateKey);
    assert_eq!(error.to_string(), "header: the columns 1 and 3 are both called `a`");
    let error = read_csv(b"\n\n", &CsvOptions::default()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Required);
}

#[test]
fn a_file_without_header_has_numbered_columns() {
    let options = CsvOptions { no_header: true, ..CsvOptions::default() };
    let table = read_csv(b"x,y\nz,w\n", &options).unwrap();
    assert_eq!(table.header, ["column_1", "column_2"]);
    assert_eq!(cells(&table), [(1, vec!["x", "y"]), (2, vec!["z", "w"])]);
}

#[test]
fn limits_are_errors_with_a_name() {
    let wide = vec!["x"; MAX_COLUMNS + 1].join(",");
    assert_eq!(read_csv(wide.as_bytes(), &CsvOptions::default()).unwrap_err().code(), ErrorCode::TooMany);
    let long = format!("a,b\n1,2\n{},4\n5,6\n", "x".repeat(MAX_ROW_BYTES));
    let table = table(&long);
    assert_eq!(cells(&table), [(2, vec!["1", "2"]), (4, vec!["5", "6"])]);
    assert_eq!((table.rejects[0].row, table.rejects[0].problems[0].code), (3, ErrorCode::TooLong));
}

#[test]
fn chinese_and_western_files_without_mark_are_read() {
    let chinese = encoding_rs::GB18030.encode("客户,城市\n上海泵业有限公司,上海\n").0;
    let read = read_csv(&chinese, &CsvOptions::default()).unwrap();
    assert_eq!(read.encoding, "gb18030");
    assert_eq!(cells(&read), [(2, vec!["上海泵业有限公司", "上海"])]);
    let western = encoding_rs::WINDOWS_1252.encode("Größe;Straße\nfünf;Königsallee\n").0;
    let read = read_csv(&western, &CsvOptions::default()).unwrap();
    assert_eq!((read.encoding.as_str(), read.header), ("windows-1252", vec!["Größe".into(), "Straße".into()]));
}

#[test]
fn unreadable_bytes_name_row_and_column() {
    let mut file = "sep=,\nname,city\n上海泵业,\u{FFFD}\n\"a\nb\u{FFFD}".as_bytes().to_vec();
    file.extend(b"\xC3\",x\n");
    let table = read_csv(&file, &CsvOptions::default()).unwrap();
    assert_eq!(table.encoding, "UTF-8");
    assert_eq!(cells(&table), [(2, vec!["上海泵业", "\u{FFFD}"])]);
    let problem = &table.rejects[0].problems[0];
    assert_eq!((table.rejects[0].row, problem.code), (3, ErrorCode::Undecodable));
    assert_eq!(problem.to_string(), "name: the bytes `c3` cannot be read as UTF-8");
    assert_eq!((problem.data["row"].as_str(), problem.data["column"].as_str()), ("3", "1"));

    let error = read_csv(b"a\xFF,b\n", &CsvOptions { encoding: Some("utf-8".into()), ..CsvOptions::default() });
    assert_eq!(error.unwrap_err().code(), ErrorCode::Undecodable);
}

#[test]
fn the_writer_is_as_wide_as_its_header() {
    let error = write_csv(&["a".into()], &[vec![]], &CsvWriteOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "rows[0]: the row has 0 cells, the header has 1");
    let options = CsvWriteOptions { separator: Some("\"".into()), ..CsvWriteOptions::default() };
    assert_eq!(write_csv(&["a".into()], &[], &options).unwrap_err().field(), Some("separator"));
}

#[test]
fn raw_and_bom_do_what_they_say() {
    let options = CsvWriteOptions { raw: true, bom: true, separator: Some(";".into()) };
    let bytes = write_csv(&["a".into(), "b".into()], &[vec!["=1+1".into(), "1.5".into()]], &options).unwrap();
    assert_eq!(bytes, "\u{FEFF}\"a\";\"b\"\r\n\"=1+1\";1.5\r\n".as_bytes());
}

/// Any text, with what CSV and spreadsheets stumble over more often than chance would have it.
fn any_text() -> impl Strategy<Value = String> {
    let odd = proptest::sample::select(vec![
        '"', '\'', ',', ';', '\t', '\r', '\n', '=', '+', '-', '@', '＝', '－', ' ', '|', '0', '.', 'e', '\u{FEFF}',
        '\u{FFFD}', '上', '\0',
    ]);
    proptest::collection::vec(prop_oneof![odd, any::<char>()], 0..12).prop_map(String::from_iter)
}

fn any_rows(columns: std::ops::Range<usize>) -> impl Strategy<Value = (Vec<String>, Vec<Vec<String>>)> {
    columns.prop_flat_map(|columns| {
        let header: Vec<String> = (0..columns).map(|column| format!("h{column}")).collect();
        let rows = proptest::collection::vec(proptest::collection::vec(any_text(), columns), 0..6);
        (Just(header), rows)
    })
}

fn breaks(cell: &str) -> usize {
    cell.replace("\r\n", "\n").matches(['\r', '\n']).count()
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        (header, rows) in any_rows(1..5), raw: bool, bom: bool, separator in proptest::sample::select(vec![",", ";", "\t", "!"])
    ) {
        let options = CsvWriteOptions { raw, bom, separator: Some(separator.to_owned()) };
        let bytes = write_csv(&header, &rows, &options).unwrap();
        let options = CsvOptions {
            encoding: Some("utf-8".into()),
            separator: Some(separator.to_owned()),
            unescape_formulas: !raw,
            ..CsvOptions::default()
        };
        let table = read_csv(&bytes, &options).unwrap();
        prop_assert_eq!(&table.rejects, &[]);
        prop_assert_eq!(&table.header, &header);
        let back: Vec<Vec<String>> = table.rows.into_iter().map(|row| row.cells).collect();
        prop_assert_eq!(back, rows);
    }

    #[test]
    fn what_is_written_is_read_back_without_a_word(
        (header, mut rows) in any_rows(2..5), separator in proptest::sample::select(vec![",", ";", "\t", "|"])
    ) {
        // Many zero bytes would look like UTF-16.
        rows.iter_mut().flatten().for_each(|cell| cell.retain(|c| c != '\0'));
        let options = CsvWriteOptions { separator: Some(separator.to_owned()), ..CsvWriteOptions::default() };
        let bytes = write_csv(&header, &rows, &options).unwrap();
        let table = read_csv(&bytes, &CsvOptions { unescape_formulas: true, ..CsvOptions::default() }).unwrap();
        let back: Vec<Vec<String>> = table.rows.into_iter().map(|row| row.cells).collect();
        prop_assert_eq!(back, rows);
    }

    #[test]
    fn no_safe_cell_begins_like_a_formula(text in any_text()) {
        let safe = escape_formula(&text);
        prop_assert_eq!(unescape_formula(&safe), &text);
        if safe.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) {
            prop_assert!(text.parse::<crate::value::Decimal>().is_ok());
        }
    }

    #[test]
    fn every_line_belongs_to_a_row_or_a_reject(
        lines in proptest::collection::vec("[ab,\" ]{0,6}", 0..12), line_break in proptest::sample::select(vec!["\n", "\r\n", "\r"])
    ) {
        let file = format!("h,i{line_break}{}", lines.join(line_break));
        let options = CsvOptions { separator: Some(",".into()), ..CsvOptions::default() };
        let table = read_csv(file.as_bytes(), &options).unwrap();
        let rows = table.rows.iter().map(|row| &row.cells).chain(table.rejects.iter().map(|reject| &reject.cells));
        // A line break inside a cell is a line more; nothing but an empty line has no row.
        let read: usize = rows.map(|cells| 1 + cells.iter().map(|cell| breaks(cell)).sum::<usize>()).sum();
        let blank = |line: &&String| line.trim_matches(['"', ' ']).is_empty();
        prop_assert!(read <= lines.len() && read + lines.iter().filter(blank).count() >= lines.len(), "{:?}", table);
        let letters = |text: &str| text.matches(['a', 'b']).count();
        let cells = table.rows.iter().flat_map(|row| &row.cells);
        let kept: usize = cells.chain(table.rejects.iter().flat_map(|reject| &reject.cells)).map(|cell| letters(cell)).sum();
        prop_assert_eq!(kept, letters(&lines.concat()));
    }

    #[test]
    fn no_bytes_make_the_reader_fail(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(table) = read_csv(&bytes, &CsvOptions::default()) {
            prop_assert!(table.rows.iter().all(|row| row.cells.len() == table.header.len()));
        }
    }
}
