use proptest::prelude::*;

use super::*;
use crate::value::ErrorCode;

/// The one card of a file without damage.
fn card(lines: &str) -> VCard {
    let file = read_vcards(lines.as_bytes());
    assert_eq!((&file.rejects, &file.warnings, file.cards.len()), (&vec![], &vec![], 1), "{lines}");
    file.cards.into_iter().next().unwrap()
}

fn body(version: &str, lines: &str) -> VCard {
    card(&format!("BEGIN:VCARD\r\nVERSION:{version}\r\n{lines}\r\nEND:VCARD\r\n"))
}

fn again(cards: &[VCard], version: VCardVersion) -> VCardFile {
    read_vcards(write_vcards(cards, version).unwrap().as_bytes())
}

fn assert_same_after_writing(cards: &[VCard]) {
    for version in [VCardVersion::V3, VCardVersion::V4] {
        let text = write_vcards(cards, version).unwrap();
        assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])), "{text}");
        let file = read_vcards(text.as_bytes());
        assert_eq!((&file.rejects, file.cards.as_slice()), (&vec![], cards), "{version}:\n{text}");
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn names_and_companies_are_cut_by_the_rules_of_their_version() {
    let old = body("2.1", "N:Doe;John;Richter,James;Mr.;Sr.\nORG:Company, The;Dept\\;A\nCATEGORIES:a,b\nNOTE:C:\\new");
    assert_eq!(
        (old.family_name.as_deref(), old.additional_names.as_slice()),
        (Some("Doe"), &["Richter,James".into()][..])
    );
    assert_eq!(
        (old.organization.as_deref(), old.organization_units.as_slice()),
        (Some("Company, The"), &["Dept;A".into()][..])
    );
    assert_eq!((old.categories.as_slice(), old.note.as_deref()), (&["a".into(), "b".into()][..], Some("C:\\new")));
    let new = body("3.0", "N:Doe;John;Richter\\, James,Bob;Mr.;Sr.\nORG:IBM\nNICKNAME:Jo,Johnny\nNOTE:a\\nb");
    assert_eq!(new.additional_names, ["Richter, James", "Bob"]);
    assert_eq!((new.nicknames.len(), new.note.as_deref()), (2, Some("a\nb")));
    assert_same_after_writing(&[old, new]);
}

#[test]
fn phones_know_types_preference_and_extension() {
    let old = body("2.1", "TEL;WORK;PREF;FAX:1\nTEL:tel:2");
    let new = body("3.0", "tel;type=WORK,pref;TYPE=fax:1\nTEL:2");
    assert_eq!(old, new);
    assert_eq!((old.phones[0].types.join(","), old.phones[0].preferred), ("work,fax".into(), true));
    let four = body("4.0", "TEL;VALUE=uri;TYPE=\"work,fax\";PREF=1:tel:1\nTEL;VALUE=uri:tel:2");
    assert_eq!(four, new);

    let ext = body("4.0", "item1.TEL;VALUE=uri;PREF=2;X-A=\"x:y\",z:tel:+1-418;ext=102\nitem1.X-ABLabel:Desk");
    let phone = &ext.phones[0];
    assert_eq!((phone.value.as_str(), phone.extension.as_deref(), phone.preferred), ("+1-418", Some("102"), false));
    assert_eq!((phone.group.as_deref(), phone.params.len()), (Some("item1"), 2));
    assert_eq!(phone.params[1].values, ["x:y", "z"]);
    assert_same_after_writing(&[old, ext]);
}

#[test]
fn addresses_keep_every_component() {
    let card = body("3.0", "ADR;TYPE=WORK:;;501 E. Road\\, \\nHouse;View;\n CA; 94043;U.S.A.;room\nADR:;;;;;;");
    let address = &card.addresses[0];
    assert_eq!((address.street.as_deref(), address.postcode.as_deref()), (Some("501 E. Road, \nHouse"), Some("94043")));
    assert_eq!((card.addresses.len(), address.further.as_slice()), (1, &["room".to_owned()][..]));
    assert_same_after_writing(&[card]);
}

#[test]
fn birthdays_and_revisions_are_read_if_they_are_whole() {
    for (text, date, rest) in [
        ("19800322", Some("1980-03-22"), None),
        ("1980-03-22", Some("1980-03-22"), None),
        ("1980-03-22T00:00:00Z", Some("1980-03-22"), Some("1980-03-22T00:00:00Z")),
        ("--0203", None, Some("--0203")),
        ("19800231", None, Some("19800231")),
    ] {
        let card = body("4.0", &format!("BDAY:{text}"));
        assert_eq!((card.birthday, card.birthday_text.as_deref()), (date.map(|date| date.parse().unwrap()), rest));
        assert_same_after_writing(&[card]);
    }
    for text in ["20120305T131933Z", "2012-03-05T13:19:33Z", "20120305T081933-0500", "20120305T081933-05"] {
        let card = body("3.0", &format!("REV:{text}"));
        assert_eq!(card.revision, Some("2012-03-05T13:19:33Z".parse().unwrap()), "{text}");
        assert_same_after_writing(&[card]);
    }
    let card = body("3.0", "REV:last week\nREV:2012-03-05T13:19:33.000001Z");
    assert_eq!((card.extra[0].value.as_str(), card.revision.is_some()), ("last week", true));
    assert_same_after_writing(&[card]);
}

#[test]
fn what_has_no_field_is_kept() {
    let card = body(
        "3.0",
        "N;LANGUAGE=de;SORT-AS=\"Y,J\":Yu;Jing\nitem1.X-AbDate;X-Q=1:1975-03-01\nNOTE:one\nNOTE;LANGUAGE=en:two\\, x\nGEO:1;2\n\
         N:second;name\nNICKNAME:a\nNICKNAME;ALTID=1:b\nTITLE:\nTITLE:boss\nTITLE:chief",
    );
    assert_eq!(card.attributes[0].params[0].values, ["de"]);
    let kept: Vec<_> = card.extra.iter().map(|kept| format!("{}:{}", kept.name, kept.value)).collect();
    assert_eq!(kept, ["X-AbDate:1975-03-01", "NOTE:two\\, x", "GEO:1;2", "N:second;name", "NICKNAME:b", "TITLE:chief"]);
    assert_eq!(card.extra[0].group.as_deref(), Some("item1"));
    assert_eq!(card.title, some("boss"));
    assert_same_after_writing(&[card]);
    let nine = body("4.0", "N:Doe;John;;;;Second;Jr.\nFN:x");
    assert_eq!((nine.extra.len(), nine.family_name.as_deref()), (1, Some("Doe")));
    assert_same_after_writing(&[nine, body("4.0", "N:;;;;;Second;")]);
}

#[test]
fn pictures_are_data_addresses() {
    let three = body("3.0", "PHOTO;ENCODING=b;TYPE=JPEG:AAEC\n AwQ=\nKEY;TYPE=X509;ENCODING=b:AAEC\nX-B;ENCODING=b:AA");
    let old = body("2.1", "PHOTO;JPEG;ENCODING=BASE64:\n  AAEC\n  AwQ\n\nKEY;X509;BASE64:\nAAEC\n\nX-B;BASE64:AA==");
    let four = body(
        "4.0",
        "PHOTO:data:image/jpeg;base64,AAECAwQ=\nKEY:data:application/pkix-cert;base64,AAEC\n\
         X-B:data:application/octet-stream;base64,AA==",
    );
    assert_eq!(three, four);
    assert_eq!(old, four);
    let text = write_vcards(std::slice::from_ref(&four), VCardVersion::V3).unwrap();
    assert!(
        text.contains("PHOTO;ENCODING=b;TYPE=JPEG:AAECAwQ=\r\nKEY;ENCODING=b;TYPE=X509:AAEC\r\nX-B;ENCODING=b:AA==")
    );
    let odd = body("3.0", "PHOTO;ENCODING=b;TYPE=JPEG,home:AAEC\nPHOTO;VALUE=uri:http://x/y\nLOGO:data:;base64,AA==");
    assert_same_after_writing(&[four, odd]);
}

#[test]
fn quoted_printable_is_joined_and_decoded() {
    let old = body(
        "2.1",
        "NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0A=\n two=C3=\n=91=\n\nLABEL;QUOTED-PRINTABLE:a=3Bb=0A=\nc;d",
    );
    assert_eq!(old.note, some("one\n twoÑ"));
    assert_eq!(old.extra[0].value, "a;b\\nc;d");
    assert_same_after_writing(&[old]);
    let cut = body("2.1", "NOTE;ENCODING=QUOTED-PRINTABLE:cut off=");
    assert_eq!(cut.note, some("cut off"));
}

#[test]
fn texts_are_read_in_their_own_encoding() {
    let mut file = b"BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=GBK:".to_vec();
    file.extend(encoding_rs::GBK.encode("张伟;\\").0.iter());
    file.extend(b"\nORG;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller\nEND:VCARD\n");
    let card = read_vcards(&file).cards.remove(0);
    assert_eq!((card.full_name, card.organization), (some("张伟;\\"), some("Müller")));

    let text = "\u{FEFF}BEGIN:VCARD\nVERSION:3.0\nFN;CHARSET=GBK:张伟\nEND:VCARD\n";
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(read_vcards(&wide).cards[0].full_name, some("张伟"));
    assert_eq!(read_vcards(text.as_bytes()).cards[0].full_name, some("张伟"));
    // Some programs fold inside a character.
    let folded = b"BEGIN:VCARD\nVERSION:3.0\nFN:\xE5\xBC\n \xA0\nEND:VCARD\n";
    assert_eq!(read_vcards(folded).cards[0].full_name, some("张"));
}

#[test]
fn values_that_cannot_be_read_are_kept_with_a_warning() {
    let file = read_vcards(
        b"BEGIN:VCARD\nVERSION:2.1\nORG;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3\nX-A;CHARSET=UTF-8;QUOTED-PRINTABLE:=C3\n\
          FN;CHARSET=klingon:Worf\nNOTE;ENCODING=b:###\nX-B;ENCODING=uu:abc\nEND:VCARD\n",
    );
    let found: Vec<_> = file.warnings.iter().map(|found| (found.line, found.problem.code)).collect();
    let (bad, form) = (ErrorCode::Undecodable, ErrorCode::BadFormat);
    assert_eq!(found, [(3, bad), (4, bad), (5, bad), (6, form), (7, form)]);
    let kept: Vec<_> = file.cards[0].extra.iter().map(|kept| format!("{}:{}", kept.name, kept.value)).collect();
    assert_eq!(
        kept,
        ["ORG:ww==", "X-A:data:text/plain;charset=UTF-8;base64,ww==", "FN:V29yZg==", "NOTE:###", "X-B:abc"]
    );
    assert_same_after_writing(&file.cards);
}

#[test]
fn damaged_cards_are_rejects_and_the_others_are_read() {
    let file = read_vcards(
        b"BEGIN:VCARD\nVERSION:3.0\nFN:a\nBEGIN:VCARD\nVERSION:3.0\nFN:b\nno colon here\nFN:x\nEND:VCARD\n\
          BEGIN:VCARD\nVERSION:9\nEND:VCARD\nhello\nBEGIN:VCARD\nVERSION:3.0\nF N:x\nEND:VCARD\n\
          BEGIN:VCARD\nVERSION:3.0\nBEGIN:VEVENT\nEND:VCARD\nbegin:vcard\nFN:good\nversion:3.0\nend:vcard\nBEGIN:VCARD\nFN:open",
    );
    assert_eq!(file.cards.iter().map(|card| card.full_name.as_deref()).collect::<Vec<_>>(), [Some("good")]);
    let found: Vec<_> = file.rejects.iter().map(|found| (found.line, found.problem.message.as_str())).collect();
    assert_eq!(
        found,
        [
            (1, "the card has no end"),
            (7, "the line has no colon, so it is no property"),
            (10, "the version `9` is not known"),
            (16, "`F N` is not the name of a property"),
            (20, "something other than a card begins or ends inside the card"),
            (26, "the card has no end"),
        ]
    );
    assert_eq!((file.warnings.len(), file.warnings[0].line), (1, 13));
}

#[test]
fn a_card_inside_a_card_is_kept() {
    let card = body("2.1", "FN:boss\nAGENT:\nBEGIN:VCARD\nFN:a;b\nEND:VCARD\nTITLE:x");
    assert_eq!(card.extra[0].value, "BEGIN:VCARD\\nFN:a\\;b\\nEND:VCARD\\n");
    assert_eq!((card.full_name.as_deref(), card.title.as_deref()), (Some("boss"), Some("x")));
    assert_same_after_writing(&[card]);
}

#[test]
fn a_long_folded_line_without_colon_costs_what_its_length_costs() {
    let file = format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN{}\r\nEND:VCARD\r\n", "\r\n x".repeat(3 << 18));
    let begun = std::time::Instant::now();
    let read = read_vcards(file.as_bytes());
    assert_eq!(read.rejects[0].problem.message, "the line has no colon, so it is no property");
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

#[test]
fn limits_are_rejects() {
    let long = format!("BEGIN:VCARD\nVERSION:3.0\nNOTE:{}\nEND:VCARD\n", "x".repeat(MAX_VALUE_BYTES));
    assert_eq!(read_vcards(long.as_bytes()).rejects[0].problem.code, ErrorCode::TooLong);
    let many = format!("BEGIN:VCARD\nVERSION:3.0\n{}END:VCARD\n", "X-A:1\n".repeat(MAX_PROPERTIES));
    assert_eq!(read_vcards(many.as_bytes()).rejects[0].problem.code, ErrorCode::TooMany);
    let quote = format!("BEGIN:VCARD\nVERSION:3.0\nX\"{}\nEND:VCARD\n", "\n y".repeat(200_000));
    assert_eq!(read_vcards(quote.as_bytes()).rejects[0].problem.code, ErrorCode::BadFormat);
}

#[test]
fn lines_are_folded_between_characters() {
    let card = VCard { note: some(&"ü上😀 ".repeat(60)), ..VCard::default() };
    assert_same_after_writing(&[card]);
}

#[test]
fn names_that_break_the_file_are_refused() {
    for name in ["X A", "", "END", "x:y"] {
        let extra = vec![VCardProperty { name: name.into(), value: "v".into(), ..VCardProperty::default() }];
        let error = write_vcards(&[VCard { extra, ..VCard::default() }], VCardVersion::V3).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadFormat);
        assert!(error.field().unwrap().starts_with("cards[0]."));
    }
}

/// Text with what vCard stumbles over more often than chance would have it.
fn any_text() -> impl Strategy<Value = String> {
    let odd = proptest::sample::select(vec![
        '\\', ',', ';', ':', '"', '\'', '^', '\n', '\r', '\t', ' ', '=', 'n', 'N', '上', 'é', '.', '\u{FEFF}', '\0',
        '-',
    ]);
    proptest::collection::vec(prop_oneof![3 => odd, 1 => any::<char>()], 0..14).prop_map(String::from_iter)
}

fn any_params() -> impl Strategy<Value = Vec<VCardParameter>> {
    let name =
        proptest::sample::select(vec!["LANGUAGE", "TYPE", "PREF", "VALUE", "X-P", "ALTID"]).prop_map(String::from);
    let param = (name, proptest::collection::vec(any_text(), 1..3));
    proptest::collection::vec(param.prop_map(|(name, values)| VCardParameter { name, values }), 0..3)
}

fn any_extra() -> impl Strategy<Value = VCardProperty> {
    let names = vec!["X-A", "x-b", "PHOTO", "KEY", "NOTE", "N", "NICKNAME", "REV", "BDAY", "ORG", "TEL", "ADR", "GEO"];
    let name = proptest::sample::select(names).prop_map(String::from);
    let data = proptest::collection::vec(any::<u8>(), 0..9)
        .prop_map(|data| format!("data:image/png;base64,{}", binary::encode(&data)));
    let group = proptest::option::of(Just("item1".to_owned()));
    (name, prop_oneof![3 => any_text(), 1 => data], group, any_params())
        .prop_map(|(name, value, group, params)| VCardProperty { name, value, group, params })
}

fn any_card() -> impl Strategy<Value = VCard> {
    let texts = || proptest::collection::vec(any_text(), 0..3);
    let maybe = || proptest::option::of(any_text());
    let named = (maybe(), maybe(), maybe(), texts(), texts(), texts(), maybe(), texts());
    let rest = (maybe(), texts(), maybe(), maybe(), any::<Option<i64>>(), proptest::collection::vec(any_extra(), 0..4));
    let multi = (any_text(), texts(), any::<bool>(), maybe(), any_params(), texts());
    (named, rest, multi).prop_map(|(named, rest, multi)| {
        let (uid, full_name, family_name, additional_names, prefixes, nicknames, organization, organization_units) =
            named;
        let (note, categories, title, birthday_text, revision, extra) = rest;
        let (value, types, preferred, extension, params, further) = multi;
        let phone = VCardPhone { value, types, preferred, extension, group: None, params };
        VCard {
            emails: vec![VCardEmail {
                value: phone.value.clone(),
                types: phone.types.clone(),
                ..VCardEmail::default()
            }],
            urls: vec![VCardUrl { value: phone.value.clone(), params: phone.params.clone(), ..VCardUrl::default() }],
            addresses: vec![VCardAddress {
                street: Some(phone.value.clone()),
                further,
                preferred,
                ..VCardAddress::default()
            }],
            phones: vec![phone],
            revision: revision.map(Timestamp::from_micros),
            uid,
            full_name,
            family_name,
            additional_names,
            prefixes,
            nicknames,
            organization,
            organization_units,
            note,
            categories,
            title,
            birthday_text,
            extra,
            ..VCard::default()
        }
    })
}

fn any_line() -> impl Strategy<Value = String> {
    let head = proptest::sample::select(vec![
        "N:",
        "FN;X=\"a",
        "TEL;WORK;PREF:",
        "TEL;VALUE=uri:tel:",
        "ORG;ENCODING=QUOTED-PRINTABLE:",
        "NOTE;CHARSET=gbk:",
        "PHOTO;ENCODING=b;TYPE=JPEG:",
        "NOTE;ENCODING=b:",
        "ADR;TYPE=\"a,b\":",
        "item1.URL:",
        "REV:2020",
        "BDAY:",
        " ",
        "\t",
        "AGENT:",
        "BEGIN:VCARD",
        "END:VCARD",
        "VERSION:2.1",
        "VERSION:4.0",
        "=C3=",
        "CATEGORIES:",
        "X-A;",
        "PHOTO:data:image/x;base64,",
        "PHOTO;home;ENCODING=b;TYPE=a b,c:",
        "NICKNAME;QUOTED-PRINTABLE:=C3",
        "X-Q;QUOTED-PRINTABLE;TYPE=x:=FF",
        "",
    ]);
    let tail =
        prop_oneof![any_text(), Just("=C3=B1=\r\n".to_owned()), Just("QUJD".to_owned()), Just("a,b;c;;".to_owned())];
    (head, tail).prop_map(|(head, tail)| format!("{head}{tail}\r\n"))
}

proptest! {
    #[test]
    fn a_card_that_was_read_stays_the_same(card in any_card()) {
        for first in [VCardVersion::V3, VCardVersion::V4] {
            let read = again(std::slice::from_ref(&card), first);
            prop_assert_eq!(&read.rejects, &[]);
            for second in [VCardVersion::V3, VCardVersion::V4] {
                let back = again(&read.cards, second);
                prop_assert_eq!(&back.rejects, &[]);
                prop_assert_eq!(&back.cards, &read.cards, "{}", write_vcards(&read.cards, second).unwrap());
            }
        }
    }

    #[test]
    fn a_file_that_was_read_stays_the_same(
        lines in proptest::collection::vec(any_line(), 0..12), version in proptest::sample::select(vec!["2.1", "3.0", "4.0"])
    ) {
        let text = format!("BEGIN:VCARD\r\nVERSION:{version}\r\n{}END:VCARD\r\n", lines.concat());
        let read = read_vcards(text.as_bytes());
        for version in [VCardVersion::V3, VCardVersion::V4] {
            let back = again(&read.cards, version);
            prop_assert_eq!(&back.cards, &read.cards, "{}", write_vcards(&read.cards, version).unwrap());
        }
    }

    #[test]
    fn no_bytes_make_the_reader_fail(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut file = b"BEGIN:VCARD\nVERSION:2.1\n".to_vec();
        file.extend(bytes);
        file.extend(b"\nEND:VCARD\n");
        let read = read_vcards(&file);
        prop_assert_eq!(again(&read.cards, VCardVersion::V4).cards, read.cards);
    }
}
