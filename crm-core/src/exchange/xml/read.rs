//! From bytes to the tree.

use std::borrow::Cow;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::{MAX_XML_BYTES, MAX_XML_DEPTH, MAX_XML_NODES, XmlDocument, XmlElement, XmlNode};
use crate::exchange::encoding;
use crate::value::{Error, ErrorCode, Problem, Result};

/// How many bytes are looked at for the declaration.
const DECLARATION_BYTES: usize = 256;

/// Reads a file. A byte order mark names the encoding, else the declaration does; else it is UTF-8.
///
/// # Errors
/// `TooLong`, `TooMany`, `Undecodable`, `NotInPicklist` for an unknown encoding, `NotAllowed` for entities, `BadFormat`.
pub(in crate::exchange) fn read_xml(bytes: &[u8]) -> Result<XmlDocument> {
    if bytes.len() > MAX_XML_BYTES {
        let problem = Problem::new(ErrorCode::TooLong, format!("the file is longer than {MAX_XML_BYTES} bytes"));
        return Err(problem.with("limit", MAX_XML_BYTES).with("bytes", bytes.len()).into_invalid());
    }
    let decoded = encoding::decode(bytes, Some(&label(bytes)))?;
    if let Some(bad) = decoded.bad.first() {
        let message = format!("bytes `{}` cannot be read as {}", bad.hex, decoded.encoding.name());
        return Err(at(&decoded.text, bad.at, Problem::new(ErrorCode::Undecodable, message)));
    }
    let mut document = Parser::new(&decoded.text).document()?;
    if decoded.encoding != encoding_rs::UTF_8 {
        document.before.iter_mut().for_each(declare_utf8);
    }
    Ok(document)
}

/// The encoding that the declaration names, as far as the bytes do not say otherwise.
fn label(bytes: &[u8]) -> String {
    let guessed = encoding::guess(bytes.get(..DECLARATION_BYTES).unwrap_or(bytes)).name();
    if guessed.starts_with("UTF-16") {
        return guessed.to_owned();
    }
    let head: String = bytes.iter().take(DECLARATION_BYTES).map(|byte| char::from(*byte)).collect();
    let declaration = head.trim_start().strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"));
    let named = declaration.and_then(|(declaration, _)| {
        attributes(declaration).filter_map(|found| found.ok()).find(|(name, _)| *name == "encoding")
    });
    match named {
        // The bytes are not in UTF-16, whatever the declaration says: it was left by a program that copied the text.
        Some((_, name)) if !name.to_ascii_lowercase().starts_with("utf-16") => name.to_owned(),
        _ => "utf-8".to_owned(),
    }
}

/// Text is written in UTF-8, so the declaration says so.
fn declare_utf8(node: &mut XmlNode) {
    let XmlNode::Markup(markup) = node else { return };
    if !markup.starts_with("<?xml ") {
        return;
    }
    let found = attributes(markup.get(5..markup.len().saturating_sub(2)).unwrap_or_default());
    let named = found.filter_map(|found| found.ok()).find(|(name, _)| *name == "encoding");
    if let Some((_, name)) = named.map(|(key, name)| (key, name.to_owned())) {
        *markup = markup.replacen(&name, "UTF-8", 1);
    }
}

/// An error at a place of the text, with its line and column, both counted from 1.
fn at(text: &str, place: usize, problem: Problem) -> Error {
    let before = text.get(..place).unwrap_or(text);
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
    let message = format!("line {line}, column {column}: {}", problem.message);
    Problem { message, ..problem }.with("line", line).with("column", column).into_invalid()
}

fn malformed(message: impl Into<String>) -> Problem {
    Problem::new(ErrorCode::BadFormat, message)
}

struct Parser<'t> {
    text: &'t str,
    reader: Reader<&'t [u8]>,
    /// The elements that are open, the outermost first.
    open: Vec<XmlElement>,
    before: Vec<XmlNode>,
    root: Option<XmlElement>,
    after: Vec<XmlNode>,
    nodes: usize,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str) -> Self {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.trim_markup_names_in_closing_tags = false;
        // The tree compares them itself, and tells the place.
        config.check_end_names = false;
        Self { text, reader, open: Vec::new(), before: Vec::new(), root: None, after: Vec::new(), nodes: 0 }
    }

    fn document(mut self) -> Result<XmlDocument> {
        loop {
            let place = self.place();
            let event = match self.reader.read_event() {
                Ok(Event::Eof) => break,
                Ok(event) => event,
                Err(error) => {
                    let place = usize::try_from(self.reader.error_position()).unwrap_or(place);
                    return Err(at(self.text, place, malformed(error_text(&error))));
                }
            };
            self.take(event).map_err(|problem| at(self.text, place, problem))?;
        }
        let end = self.text.len();
        if let Some(element) = self.open.last() {
            return Err(at(self.text, end, malformed(format!("{} has no end", shown(&element.name)))));
        }
        match self.root {
            Some(root) => Ok(XmlDocument { before: self.before, root, after: self.after }),
            None => Err(at(self.text, end, malformed("the file has no element"))),
        }
    }

    fn place(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }

    fn take(&mut self, event: Event<'t>) -> Result<(), Problem> {
        match event {
            Event::Start(tag) => self.begin(&tag, Some(String::new())),
            Event::Empty(tag) => {
                self.begin(&tag, None)?;
                self.close()
            }
            Event::End(tag) => self.end(text_of(&tag)?),
            Event::Text(text) => self.text(text_of(&text)?),
            Event::GeneralRef(reference) => {
                let name = text_of(&reference)?;
                referred(name)?;
                self.text(&format!("&{name};"))
            }
            Event::CData(text) => {
                let cdata = XmlNode::Cdata(text_of(&text)?.to_owned());
                if self.open.is_empty() { Err(malformed("there is text outside the root")) } else { self.push(cdata) }
            }
            Event::Comment(text) => self.push(XmlNode::Comment(text_of(&text)?.to_owned())),
            Event::Decl(text) => self.push(XmlNode::Markup(format!("<?{}?>", text_of(&text)?))),
            Event::PI(text) => self.push(XmlNode::Markup(format!("<?{}?>", text_of(&text)?))),
            Event::DocType(_) => self.document_type(),
            Event::Eof => Ok(()),
        }
    }

    fn begin(&mut self, tag: &BytesStart<'_>, end: Option<String>) -> Result<(), Problem> {
        if self.open.len() >= MAX_XML_DEPTH {
            let message = format!("more than {MAX_XML_DEPTH} elements stand inside each other");
            return Err(Problem::new(ErrorCode::TooMany, message).with("limit", MAX_XML_DEPTH));
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(malformed("the file has more than one root"));
        }
        let whole = text_of(tag)?;
        let name = text_of(tag.name().into_inner())?;
        check_name(name)?;
        let raw = whole.get(name.len()..).unwrap_or_default();
        let mut names = Vec::new();
        for found in attributes(raw) {
            let (key, value) = found?;
            check_references(value)?;
            if names.contains(&key) {
                return Err(malformed(format!("the attribute {} stands twice", shown(key))));
            }
            names.push(key);
        }
        self.count()?;
        self.open.push(XmlElement { name: name.to_owned(), attributes: raw.to_owned(), children: Vec::new(), end });
        Ok(())
    }

    fn end(&mut self, tag: &str) -> Result<(), Problem> {
        let name = tag.trim_end();
        let Some(element) = self.open.last_mut() else {
            return Err(malformed(format!("{} ends, but has no beginning", shown(name))));
        };
        if element.name != name {
            return Err(malformed(format!("{} ends, but {} is open", shown(name), shown(&element.name))));
        }
        element.end = Some(tag.get(name.len()..).unwrap_or_default().to_owned());
        self.close()
    }

    fn close(&mut self) -> Result<(), Problem> {
        let Some(element) = self.open.pop() else { return Ok(()) };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(XmlNode::Element(element)),
            None => self.root = Some(element),
        }
        Ok(())
    }

    /// References come by themselves; they are joined with the text before and after them.
    fn text(&mut self, raw: &str) -> Result<(), Problem> {
        if self.open.is_empty() && !raw.trim_matches([' ', '\t', '\r', '\n']).is_empty() {
            return Err(malformed("there is text outside the root"));
        }
        if let Some(XmlNode::Text(present)) = self.children().last_mut() {
            present.push_str(raw);
            return Ok(());
        }
        self.push(XmlNode::Text(raw.to_owned()))
    }

    /// A document type may name a file, which is not read. One that declares something itself is refused: a few lines of
    /// declarations can stand for gigabytes of text.
    fn document_type(&mut self) -> Result<(), Problem> {
        let end = self.place();
        let begin = self.text.get(..end).and_then(|read| read.rfind("<!DOCTYPE")).unwrap_or(end);
        let raw = self.text.get(begin..end).unwrap_or_default();
        if raw.contains(['[', ']']) {
            return Err(Problem::new(ErrorCode::NotAllowed, "the document type has declarations of its own"));
        }
        if self.root.is_some() || !self.open.is_empty() {
            return Err(malformed("the document type stands behind the beginning of the root"));
        }
        self.push(XmlNode::Markup(raw.to_owned()))
    }

    fn children(&mut self) -> &mut Vec<XmlNode> {
        match self.open.last_mut() {
            Some(element) => &mut element.children,
            None if self.root.is_none() => &mut self.before,
            None => &mut self.after,
        }
    }

    fn push(&mut self, node: XmlNode) -> Result<(), Problem> {
        self.count()?;
        self.children().push(node);
        Ok(())
    }

    fn count(&mut self) -> Result<(), Problem> {
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes <= MAX_XML_NODES {
            return Ok(());
        }
        let message = format!("the file has more than {MAX_XML_NODES} elements, texts and comments");
        Err(Problem::new(ErrorCode::TooMany, message).with("limit", MAX_XML_NODES))
    }
}

fn text_of(bytes: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(bytes).map_err(|_| malformed("a character is cut in two"))
}

fn shown(name: &str) -> String {
    crate::exchange::shown(name)
}

/// The reader's own sentence tells the names of tags only.
fn error_text(error: &quick_xml::Error) -> String {
    match error {
        quick_xml::Error::Syntax(error) => error.to_string(),
        quick_xml::Error::IllFormed(error) => error.to_string(),
        _ => "the XML is not well-formed".to_owned(),
    }
}

fn check_name(name: &str) -> Result<(), Problem> {
    let begins = name.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == ':');
    let goes_on = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '-' | '.' | '·'));
    if begins && goes_on { Ok(()) } else { Err(malformed(format!("{} is no name of an element", shown(name)))) }
}

/// The attributes of a tag: name and value as they are written.
pub(super) fn attributes(raw: &str) -> impl Iterator<Item = Result<(&str, &str), Problem>> {
    let mut rest = raw;
    std::iter::from_fn(move || {
        let begun = rest.trim_start();
        if begun.is_empty() {
            return None;
        }
        let spaced = begun.len() < rest.len();
        let found = next_attribute(begun).filter(|_| spaced);
        rest = found.map_or("", |(_, _, behind)| behind);
        Some(
            found
                .map(|(name, value, _)| (name, value))
                .ok_or_else(|| malformed("the attributes of a tag cannot be read")),
        )
    })
}

/// Name, value and what stands behind them.
fn next_attribute(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_once('=')?;
    let (name, rest) = (name.trim_end(), rest.trim_start());
    check_name(name).ok()?;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (value, behind) = rest.get(1..)?.split_once(quote)?;
    (!value.contains('<')).then_some((name, value, behind))
}

/// Whether every reference of a raw text is one that XML itself knows.
fn check_references(raw: &str) -> Result<(), Problem> {
    let mut rest = raw;
    while let Some((_, begun)) = rest.split_once('&') {
        let Some((name, behind)) = begun.split_once(';') else { return Err(malformed("a reference has no end")) };
        referred(name)?;
        rest = behind;
    }
    Ok(())
}

/// The character that a reference stands for. XML knows five names and the numbers; others would have to be declared.
fn referred(name: &str) -> Result<char, Problem> {
    let named = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    };
    if let Some(c) = named {
        return Ok(c);
    }
    let Some(number) = name.strip_prefix('#') else {
        let message = format!("the entity {} is not one of the five that XML knows", shown(name));
        return Err(Problem::new(ErrorCode::NotAllowed, message));
    };
    let digits = |text: &str, radix| {
        let all = !text.is_empty() && text.chars().all(|c| c.is_digit(radix));
        all.then(|| u32::from_str_radix(text, radix).ok()).flatten()
    };
    let code = number.strip_prefix('x').map_or_else(|| digits(number, 10), |hex| digits(hex, 16));
    let allowed = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    let character = code.and_then(char::from_u32).filter(allowed);
    character.ok_or_else(|| malformed(format!("{} is no character", shown(&format!("&{name};")))))
}

/// What a raw text means: references are resolved, line ends are `\n`.
pub(super) fn unescape(raw: &str) -> Cow<'_, str> {
    if !raw.contains(['&', '\r']) {
        return Cow::Borrowed(raw);
    }
    let lines = raw.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(lines.len());
    let mut rest = lines.as_str();
    while let Some((before, begun)) = rest.split_once('&') {
        out.push_str(before);
        match begun.split_once(';').and_then(|(name, behind)| Some((referred(name).ok()?, behind))) {
            Some((c, behind)) => {
                out.push(c);
                rest = behind;
            }
            None => {
                out.push('&');
                rest = begun;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}
