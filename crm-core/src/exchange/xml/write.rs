//! From the tree to text.

use std::borrow::Cow;

use super::{XmlDocument, XmlElement, XmlNode};

pub(super) fn document(document: &XmlDocument) -> String {
    let mut out = String::new();
    for node in &document.before {
        write_node(node, &mut out);
    }
    element(&document.root, &mut out);
    for node in &document.after {
        write_node(node, &mut out);
    }
    out
}

fn write_node(node: &XmlNode, out: &mut String) {
    match node {
        XmlNode::Element(child) => element(child, out),
        XmlNode::Text(raw) | XmlNode::Markup(raw) => out.push_str(raw),
        XmlNode::Cdata(text) => between(out, "<![CDATA[", text, "]]>"),
        XmlNode::Comment(text) => between(out, "<!--", text, "-->"),
    }
}

pub(super) fn element(element: &XmlElement, out: &mut String) {
    let XmlElement { name, attributes, children, end } = element;
    out.push('<');
    out.push_str(name);
    out.push_str(attributes);
    let Some(space) = end else { return out.push_str("/>") };
    out.push('>');
    for child in children {
        write_node(child, out);
    }
    out.push_str("</");
    out.push_str(name);
    out.push_str(space);
    out.push('>');
}

fn between(out: &mut String, begin: &str, text: &str, end: &str) {
    out.push_str(begin);
    out.push_str(text);
    out.push_str(end);
}

/// A text as it is written between tags.
pub(super) fn escape_text(text: &str) -> Cow<'_, str> {
    escape(text, false)
}

/// A text as it is written in an attribute.
pub(super) fn escape_attribute(text: &str) -> Cow<'_, str> {
    escape(text, true)
}

/// Carriage returns would be read as line ends, and other control characters have no place in XML at all.
fn escape(text: &str, attribute: bool) -> Cow<'_, str> {
    let plain = |c: char| {
        !matches!(c, '&' | '<' | '>' | '"' | '\u{fffe}' | '\u{ffff}') && (c >= ' ' || c == '\n' && !attribute)
    };
    if text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len().saturating_add(16));
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if attribute => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\n' if attribute => out.push_str("&#10;"),
            '\t' if attribute => out.push_str("&#9;"),
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                out.push(char::REPLACEMENT_CHARACTER);
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}
