use super::*;
use crate::value::{Error, ErrorCode};

fn refused(text: &str) -> Error {
    read_xml(text.as_bytes()).unwrap_err()
}

fn place(error: &Error) -> (&str, &str) {
    let data = &error.problems()[0].data;
    (data["line"].as_str(), data["column"].as_str())
}

#[test]
fn what_is_not_changed_is_written_as_it_was() {
    let text = "<?xml version='1.0'  encoding=\"utf-8\" ?>\r\n<!-- a & b -->\n<!DOCTYPE A SYSTEM \"a.dtd\">\
        <A\n  x = '1 &gt; 0' y:z=\"&quot;\" >R&amp;D &#x4E2D;&#10;<b/><b /><B></B ><![CDATA[<&]]><?go on?>\r\n</A\n>\n<!--end-->\n";
    let document = read_xml(text.as_bytes()).unwrap();
    assert_eq!(document.to_xml(), text);
    let root = &document.root;
    assert_eq!(root.text(), "R&D 中\n<&", "text and sections are one text, without space around it");
    let attributes: Vec<_> = root.attributes().collect();
    assert_eq!(attributes, [("x", "1 > 0".to_owned()), ("y:z", "\"".to_owned())]);
    assert_eq!((root.attribute("z").as_deref(), root.attribute("q")), (Some("\""), None));
    assert_eq!((root.count("b"), root.count("B"), root.count("A")), (2, 1, 1));
}

#[test]
fn a_text_that_is_set_is_read_back() {
    for text in ["a < b & c > \"d\"", "x\ry\nz", "中文 Ω", "]]>"] {
        let element = XmlElement::with_text("A", text).with_attribute("b", &format!("{text}\n\t'"));
        let read = read_xml(element.to_xml().as_bytes()).unwrap().root;
        assert_eq!(read, element);
        assert_eq!(read.text(), text);
        assert_eq!(read.attribute("b").unwrap(), format!("{text}\n\t'"));
    }
    assert_eq!(XmlElement::with_text("A", "a\u{1}b").to_xml(), "<A>a\u{fffd}b</A>");
}

#[test]
fn xml_that_is_not_well_formed_is_refused_with_line_and_column() {
    for (text, line, column) in [
        ("<A>\n  <B></A>", "2", "6"),
        ("<A>\n</A>\n</B>", "3", "1"),
        ("<A>\n<B>", "2", "4"),
        ("", "1", "1"),
        ("<A/>\n<B/>", "2", "1"),
        ("<A>ü&amp</A>", "1", "5"),
        ("<A b=1/>", "1", "1"),
        ("<A>\n <B c='1'd='2'/></A>", "2", "2"),
        ("<A><B c='1' c='2'/></A>", "1", "4"),
        ("text<A/>", "1", "1"),
        ("<A/>text", "1", "5"),
        ("<1/>", "1", "1"),
        ("<A>&#0;</A>", "1", "4"),
        ("<A><!-- </A>", "1", "4"),
    ] {
        let error = refused(text);
        assert_eq!(
            (error.kind(), error.code(), place(&error)),
            ("invalid", ErrorCode::BadFormat, (line, column)),
            "{text}"
        );
        assert!(error.to_string().starts_with(&format!("line {line}, column {column}: ")), "{error}");
    }
}

#[test]
fn entities_are_never_expanded() {
    let bomb = "<!DOCTYPE A [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>\n<A>&b;</A>";
    assert_eq!((refused(bomb).code(), place(&refused(bomb))), (ErrorCode::NotAllowed, ("1", "1")));
    let file = "<A>\n&file;</A>";
    assert_eq!((refused(file).code(), place(&refused(file))), (ErrorCode::NotAllowed, ("2", "1")));
    assert_eq!(refused("<A b='&nbsp;'/>").code(), ErrorCode::NotAllowed);
}

#[test]
fn what_is_too_deep_or_too_large_is_refused() {
    let nested = |depth: usize| format!("{}{}", "<A>".repeat(depth), "</A>".repeat(depth));
    assert!(read_xml(nested(MAX_XML_DEPTH).as_bytes()).is_ok());
    assert_eq!(refused(&nested(MAX_XML_DEPTH + 1)).code(), ErrorCode::TooMany);
    let long = vec![b' '; MAX_XML_BYTES + 1];
    assert_eq!(read_xml(&long).unwrap_err().code(), ErrorCode::TooLong);
}

#[test]
fn the_encoding_is_that_of_the_mark_or_of_the_declaration() {
    let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><A>M\xFCller</A>";
    let document = read_xml(latin).unwrap();
    assert_eq!(document.root.text(), "Müller");
    assert_eq!(document.to_xml(), "<?xml version=\"1.0\" encoding=\"UTF-8\"?><A>Müller</A>");
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let mut marked = vec![0xFF, 0xFE];
    marked.extend(wide("<?xml version=\"1.0\" encoding=\"utf-16\"?><A>Müller</A>"));
    assert_eq!(read_xml(&marked).unwrap().root.text(), "Müller");
    assert_eq!(read_xml(&marked[2..]).unwrap().root.text(), "Müller");
    let copied = read_xml("<?xml version=\"1.0\" encoding=\"utf-16\"?><A>Müller</A>".as_bytes()).unwrap();
    assert_eq!(copied.root.text(), "Müller");

    let error = read_xml(b"<A>\nM\xFCller</A>").unwrap_err();
    assert_eq!((error.code(), place(&error)), (ErrorCode::Undecodable, ("2", "2")));
    let unknown = read_xml(b"<?xml version=\"1.0\" encoding=\"klingon\"?><A/>").unwrap_err();
    assert_eq!((unknown.code(), unknown.field()), (ErrorCode::NotInPicklist, Some("encoding")));
}
