//! XML as a tree that loses nothing: what was read and is written again unchanged is the same text, character for
//! character. Texts and attributes are kept as they were written; the methods give what they mean.

mod read;
mod write;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub(super) use read::read_xml;

/// The most bytes of an XML file.
pub const MAX_XML_BYTES: usize = 128 * 1024 * 1024;

/// The most elements, texts, comments and instructions of an XML file.
pub const MAX_XML_NODES: usize = 8_000_000;

/// The most elements that stand inside each other.
pub const MAX_XML_DEPTH: usize = 64;

/// A document: its root, and what stands before and after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlDocument {
    /// The declaration, comments and instructions before the root, and the white space between them.
    pub before: Vec<XmlNode>,
    /// The outermost element.
    pub root: XmlElement,
    /// What stands behind the root.
    pub after: Vec<XmlNode>,
}

/// What stands between the tags of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum XmlNode {
    /// An element.
    Element(XmlElement),
    /// Text as it is written, with its references: `R&amp;D`.
    Text(String),
    /// The content of a `CDATA` section.
    Cdata(String),
    /// The content of a comment.
    Comment(String),
    /// Any other markup as it is written, with its brackets: `<?xml version="1.0"?>`.
    Markup(String),
}

/// An element with everything in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct XmlElement {
    /// The name as it is written, with its prefix.
    pub name: String,
    /// What stands behind the name in the tag, as it is written.
    pub(super) attributes: String,
    /// What stands between the tags.
    pub children: Vec<XmlNode>,
    /// The white space in the end tag; nothing if the element is written as one tag.
    pub(super) end: Option<String>,
}

impl XmlElement {
    /// An element without attributes and content.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), end: Some(String::new()), ..Self::default() }
    }

    /// An element that holds a text.
    #[must_use]
    pub fn with_text(name: &str, text: &str) -> Self {
        let mut element = Self::new(name);
        element.set_text(text);
        element
    }

    /// Adds an attribute.
    #[must_use]
    pub fn with_attribute(mut self, name: &str, value: &str) -> Self {
        self.attributes.push(' ');
        self.attributes.push_str(name);
        self.attributes.push_str("=\"");
        self.attributes.push_str(&write::escape_attribute(value));
        self.attributes.push('"');
        self
    }

    /// The name without its prefix.
    #[must_use]
    pub fn local_name(&self) -> &str {
        self.name.rsplit_once(':').map_or(self.name.as_str(), |(_, local)| local)
    }

    /// The elements between the tags.
    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|child| match child {
            XmlNode::Element(element) => Some(element),
            _ => None,
        })
    }

    /// The elements between the tags, to change them.
    pub fn elements_mut(&mut self) -> impl Iterator<Item = &mut Self> {
        self.children.iter_mut().filter_map(|child| match child {
            XmlNode::Element(element) => Some(element),
            _ => None,
        })
    }

    /// The first element of a name between the tags.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.elements().find(|element| element.local_name() == name)
    }

    /// The text between the tags, without that of the elements in it, and without white space around it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for child in &self.children {
            match child {
                XmlNode::Text(raw) => text.push_str(&read::unescape(raw)),
                XmlNode::Cdata(raw) => text.push_str(raw),
                _ => {}
            }
        }
        match text.trim() {
            trimmed if trimmed.len() == text.len() => text,
            trimmed => trimmed.to_owned(),
        }
    }

    /// Puts a text in place of everything between the tags.
    pub fn set_text(&mut self, text: &str) {
        self.end.get_or_insert_default();
        self.children = vec![XmlNode::Text(write::escape_text(text).into_owned())];
    }

    /// The value of an attribute, by its name without prefix.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.attributes().find(|(key, _)| *key == name || key.ends_with(&format!(":{name}"))).map(|(_, value)| value)
    }

    /// Puts a value into an attribute where it stands, or adds the attribute.
    pub fn set_attribute(&mut self, name: &str, value: &str) {
        let is_same = |key: &str| key == name || key.ends_with(&format!(":{name}"));
        let before: Vec<(String, String)> = self.attributes().map(|(key, value)| (key.to_owned(), value)).collect();
        let mut changed = Self::default();
        let mut is_there = false;
        for (key, old) in before {
            let is_it = is_same(&key);
            is_there |= is_it;
            changed = changed.with_attribute(&key, if is_it { value } else { &old });
        }
        if !is_there {
            changed = changed.with_attribute(name, value);
        }
        self.attributes = changed.attributes;
    }

    /// The attributes, in their order.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, String)> {
        read::attributes(&self.attributes).filter_map(|found| found.ok()).map(|(name, raw)| (name, unescaped(raw)))
    }

    /// How many elements of a name there are in it, on all levels, itself included.
    #[must_use]
    pub fn count(&self, name: &str) -> u64 {
        let own = u64::from(self.local_name() == name);
        self.elements().fold(own, |sum, element| sum.saturating_add(element.count(name)))
    }

    /// Adds an element at the end.
    pub fn push(&mut self, element: Self) {
        self.end.get_or_insert_default();
        self.children.push(XmlNode::Element(element));
    }

    /// The element as XML text.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut out = String::new();
        write::element(self, &mut out);
        out
    }
}

impl XmlDocument {
    /// The document as XML text in UTF-8.
    #[must_use]
    pub fn to_xml(&self) -> String {
        write::document(self)
    }
}

fn unescaped(raw: &str) -> String {
    match read::unescape(raw) {
        Cow::Borrowed(text) => text.to_owned(),
        Cow::Owned(text) => text,
    }
}
