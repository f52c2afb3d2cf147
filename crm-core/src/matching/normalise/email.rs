//! E-mail addresses and web domains: whose mailbox it is, and which company the domain stands for.

use super::bounds::{fold, head, is_cut};

mod hosts;
mod punycode;

#[cfg(test)]
mod tests;

/// How many addresses are read in one field.
const MAX_EMAILS: usize = 16;
/// The longest part before the `@`, in bytes (RFC 5321).
const MAX_LOCAL: usize = 64;
/// The longest host name, in bytes (RFC 1035).
const MAX_HOST: usize = 253;

/// An e-mail address in its one form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Email {
    /// The address, lower case, without what stands behind a `+`.
    pub(crate) address: String,
    /// The part before the `@`.
    pub(crate) local: String,
    /// The host behind the `@`, in letters ("bücher.de", not "xn--bcher-kva.de").
    pub(crate) domain: String,
    /// Whether anybody can have an address there, so that the domain says nothing of the company.
    pub(crate) free: bool,
    /// Whether a function has the mailbox and not a person: info, sales.
    pub(crate) role: bool,
}

/// The addresses of a field, each once, in the order in which they stand there.
pub(crate) fn parse(raw: &str) -> Vec<Email> {
    let mut text = fold(raw);
    if is_cut(raw) {
        let end = text.rfind(char::is_whitespace).unwrap_or_default();
        text.truncate(end);
    }
    if !text.contains('@') {
        text = text.replace("(at)", "@").replace("[at]", "@").replace(" at ", "@");
    }
    let separates = |c: char| c.is_whitespace() || c.is_control() || ";,<>()[]{}\"'|、/\\:：；，。“”".contains(c);
    let mut emails: Vec<Email> = Vec::new();
    for word in text.split(separates) {
        if let Some(email) = one(word).filter(|email| !emails.contains(email) && emails.len() < MAX_EMAILS) {
            emails.push(email);
        }
    }
    emails
}

fn one(word: &str) -> Option<Email> {
    let word = word.split('?').next().unwrap_or(word);
    let (local, host) = word.split_once('@')?;
    let domain = host_name(host)?;
    let domain = if domain == "googlemail.com" { "gmail.com".to_owned() } else { domain };
    let local = local.trim_matches('.').split('+').next().unwrap_or(local);
    let local = if domain == "gmail.com" { local.replace('.', "") } else { local.to_owned() };
    if local.is_empty() || local.len() > MAX_LOCAL || local.contains('@') || !local.chars().any(char::is_alphanumeric) {
        return None;
    }
    let address = format!("{local}@{domain}");
    let (free, role) = (is_free_mail(&domain), hosts::is_role(&local));
    Some(Email { address, local, domain, free, role })
}

/// Whether everybody may have an address at the host.
pub(crate) fn is_free_mail(host: &str) -> bool {
    hosts::is_free_mail(host)
}

/// A host name of at least two labels, lower case, in letters.
fn host_name(text: &str) -> Option<String> {
    let host = text.trim_matches('.');
    if host.len() > MAX_HOST || !host.contains('.') {
        return None;
    }
    let good = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    let top = host.rsplit('.').next().unwrap_or_default();
    let named = top.chars().count() >= 2 && top.starts_with(char::is_alphabetic);
    if !named || !host.split('.').all(good) {
        return None;
    }
    Some(host.split('.').map(punycode::label).collect::<Vec<_>>().join("."))
}

/// The domain that somebody registered, below which the host stands: "siemens.com.cn" of "mail.siemens.com.cn".
///
/// `None` for a public suffix itself, a number or what is no host name. Public suffixes are those of the Public Suffix
/// List (publicsuffix.org), as the crate `psl` has it.
pub(crate) fn registrable_domain(host: &str) -> Option<String> {
    let host = host_name(fold(head(host).trim()).as_str())?;
    psl::domain_str(&host).map(str::to_owned)
}

/// The domain of a company's web site: the registrable one; for a shop or page on a host where everybody may have one,
/// the whole host name. `None` for such a host itself (`www.alibaba.com`), and for what is no address.
pub(crate) fn website_domain(url: &str) -> Option<String> {
    let host = website_host(url)?;
    let domain = psl::domain_str(&host)?;
    if !hosts::is_free_host(domain) {
        return Some(domain.to_owned());
    }
    let page = hosts::without_language(&host, domain);
    (page != domain && !hosts::is_service_name(&page, domain)).then_some(page)
}

/// The host of an address of the web, without scheme, user, port, path and `www`.
fn website_host(url: &str) -> Option<String> {
    let text = fold(url);
    let text = text.trim();
    let behind = text.split_once("://").map_or(text, |(_, behind)| behind);
    let first =
        behind.split(|c: char| "/?#;,\\|、，；".contains(c) || c.is_whitespace()).find(|part| !part.is_empty())?;
    let host = first.rsplit_once('@').map_or(first, |(_, host)| host);
    let host = host.split(':').next().unwrap_or(host);
    let host = host_name(host)?;
    let short = ["www.", "www2.", "m.", "wap."].iter().find_map(|prefix| host.strip_prefix(prefix));
    Some(short.filter(|rest| rest.contains('.')).map_or_else(|| host.clone(), str::to_owned))
}
