use super::*;

fn addresses(raw: &str) -> Vec<String> {
    parse(raw).into_iter().map(|email| email.address).collect()
}

fn one(raw: &str) -> Email {
    let emails = parse(raw);
    assert_eq!(emails.len(), 1, "{raw}: {emails:?}");
    emails.into_iter().next().unwrap()
}

#[test]
fn an_address_is_one_however_it_is_written() {
    for raw in [
        "anna.meyer@example-werke.de",
        "Anna.Meyer@Example-Werke.DE",
        " mailto:anna.meyer@example-werke.de ",
        "Anna Meyer <anna.meyer@example-werke.de>",
        "anna.meyer+crm@example-werke.de",
        "ａｎｎａ．ｍｅｙｅｒ＠example-werke.de",
        "anna.meyer(at)example-werke.de",
        "E-Mail：anna.meyer@example-werke.de。",
        "mailto:anna.meyer@example-werke.de?subject=Hallo",
        "(anna.meyer@example-werke.de)",
        "anna.meyer@example-werke.de.",
    ] {
        let email = one(raw);
        assert_eq!(
            (email.address.as_str(), email.local.as_str()),
            ("anna.meyer@example-werke.de", "anna.meyer"),
            "{raw}"
        );
        assert_eq!((email.domain.as_str(), email.free, email.role), ("example-werke.de", false, false), "{raw}");
    }
}

#[test]
fn dots_do_not_count_at_gmail_alone() {
    assert_eq!(one("A.B.C+x@gmail.com").address, "abc@gmail.com");
    assert_eq!(one("a.b.c@googlemail.com").address, "abc@gmail.com");
    assert_eq!(one("a.b.c@gmx.de").address, "a.b.c@gmx.de");
}

#[test]
fn a_field_may_hold_several_addresses() {
    assert_eq!(
        addresses("a@siemens.com; b@siemens.com，c@siemens.com、a@siemens.com / d@siemens.com"),
        ["a@siemens.com", "b@siemens.com", "c@siemens.com", "d@siemens.com"]
    );
    assert_eq!(addresses(&(0..500).map(|n| format!("{n}@b.de ")).collect::<String>()).len(), MAX_EMAILS);
}

#[test]
fn what_is_no_address_is_left_out() {
    for raw in [
        "",
        "@",
        "a@",
        "@b.de",
        "a@b",
        "a@b@c.de",
        "a b.de",
        "a@-b.de",
        "a@b..de",
        "无",
        "a@192.168.0.1",
        "...@b.de",
        "+x@b.de",
        "a@b.d",
        &format!("{}@b.de", "a".repeat(65)),
        &format!("a@{}.de", "b".repeat(255)),
    ] {
        assert_eq!(addresses(raw), Vec::<String>::new(), "{raw}");
    }
    for text in ["@", "a@b.de", "👨‍👩‍👧‍👦", "\u{202E}@", "xn--", "a@xn--zzzzzzz.de ", "ﷺ@"] {
        assert!(parse(&text.repeat(65_536 / text.len())).len() <= MAX_EMAILS);
        assert!(website_domain(&text.repeat(65_536 / text.len())).is_none_or(|domain| domain.len() <= 1_024));
    }
}

#[test]
fn both_forms_of_an_international_name_are_one() {
    assert_eq!(one("info@xn--bcher-kva.de").domain, "bücher.de");
    assert_eq!(one("info@BÜCHER.de").domain, "bücher.de");
    assert_eq!(website_domain("https://www.xn--fiqs8s.cn/").as_deref(), Some("中国.cn"));
    assert_eq!(website_domain("http://中国.cn").as_deref(), Some("中国.cn"));
}

#[test]
fn free_mail_says_nothing_of_the_company() {
    for host in [
        "qq.com",
        "vip.qq.com",
        "163.com",
        "126.com",
        "sina.com",
        "gmail.com",
        "gmx.de",
        "web.de",
        "outlook.com",
        "yahoo.com",
        "yahoo.de",
        "yahoo.co.jp",
        "yahoo.com.cn",
        "hotmail.fr",
        "live.cn",
        "naver.com",
        "hanmail.net",
        "mail.ru",
        "t-online.de",
    ] {
        assert!(is_free_mail(host), "{host}");
    }
    for host in [
        "siemens.com",
        "yahoo-inc.com",
        "live.example.com",
        "outlook.consulting",
        "mail.siemens.com",
        "yahoo.co.siemens",
        "126.cn",
        "",
    ] {
        assert!(!is_free_mail(host), "{host}");
    }
    assert!(hosts::count() >= 150);
}

#[test]
fn a_function_is_no_person() {
    for address in [
        "info@siemens.com",
        "sales@siemens.com",
        "sales01@siemens.com",
        "Einkauf@siemens.com",
        "no-reply@siemens.com",
        "info-2@siemens.com",
    ] {
        assert!(one(address).role, "{address}");
    }
    for address in ["anna@siemens.com", "infosec.meyer@siemens.com", "wang.wei@siemens.com", "salesch@siemens.com"] {
        assert!(!one(address).role, "{address}");
    }
}

/// Public suffixes as publicsuffix.org tests them.
#[test]
fn the_registered_domain_stands_below_its_public_suffix() {
    for (host, domain) in [
        ("mail.siemens.com", Some("siemens.com")),
        ("siemens.com", Some("siemens.com")),
        ("a.b.hengli.com.cn", Some("hengli.com.cn")),
        ("www.example.co.jp", Some("example.co.jp")),
        ("b.c.kobe.jp", Some("b.c.kobe.jp")),
        ("www.city.kobe.jp", Some("city.kobe.jp")),
        ("www.test.ac.uk", Some("test.ac.uk")),
        ("shop.wesfarmers.com.au", Some("wesfarmers.com.au")),
        ("test.k12.ak.us", Some("test.k12.ak.us")),
        ("食狮.公司.cn", Some("食狮.公司.cn")),
        ("com.cn", None),
        ("uk", None),
        ("", None),
        ("localhost", None),
        ("192.168.0.1", None),
        ("WWW.Bosch-Rexroth.COM.", Some("bosch-rexroth.com")),
    ] {
        assert_eq!(registrable_domain(host).as_deref(), domain, "{host}");
    }
}

#[test]
fn a_web_site_is_its_domain() {
    for url in [
        "www.hengli.com.cn",
        "http://www.hengli.com.cn",
        "https://hengli.com.cn/products?id=1#top",
        "HTTPS://WWW.HENGLI.COM.CN:8080/",
        "en.hengli.com.cn",
        "//hengli.com.cn",
        "http://user:pw@www.hengli.com.cn/",
        "www.hengli.com.cn; www.hengli.cn",
        "ｗｗｗ．hengli.com.cn",
    ] {
        assert_eq!(website_domain(url).as_deref(), Some("hengli.com.cn"), "{url}");
    }
    for url in ["", "无", "http://", "www.", "http://192.168.0.1/", "-", "n/a", "com.cn"] {
        assert_eq!(website_domain(url), None, "{url}");
    }
}

#[test]
fn a_shop_on_a_free_host_is_the_shop_and_not_the_host() {
    assert_eq!(website_domain("https://szhengli.1688.com/page/index.html").as_deref(), Some("szhengli.1688.com"));
    assert_eq!(website_domain("https://szhengli.en.alibaba.com").as_deref(), Some("szhengli.alibaba.com"));
    assert_eq!(website_domain("hengli.github.io").as_deref(), Some("hengli.github.io"));
    assert_eq!(website_domain("hengli.wixsite.com/site").as_deref(), Some("hengli.wixsite.com"));
    for url in [
        "https://www.alibaba.com/company/hengli",
        "1688.com",
        "shop.1688.com",
        "https://github.com/hengli",
        "https://www.linkedin.com/company/hengli",
    ] {
        assert_eq!(website_domain(url), None, "{url}");
    }
}
