use super::*;

const USCC: IdentifierKind = IdentifierKind::UnifiedSocialCreditCode;

fn with_identifier(name: &str, identifiers: Vec<Identifier>) -> Account {
    Account { identifiers, ..named(name) }
}

fn ids(accounts: Result<Vec<Account>>) -> Vec<Id> {
    accounts.unwrap().into_iter().map(|account| account.id).collect()
}

#[test]
fn an_account_is_found_by_its_identifiers_in_any_written_form() {
    for (_folder, admin) in sessions() {
        let customers = admin.customers();
        let erp = |value: &str, issuer: &str| Identifier {
            issuer: Some(issuer.into()),
            ..identifier(IdentifierKind::ErpCode, value)
        };
        let given = vec![identifier(USCC, "91350100M000100Y43"), erp("100", "SAP P01")];
        let made = customers.create_account(&with_identifier("a", given)).unwrap();
        let found = |kind, value: &str| ids(customers.accounts_by_identifier(kind, value));
        assert_eq!(found(USCC, " 91350100-m000100y-43 "), [made.id]);
        assert_eq!(found(IdentifierKind::ErpCode, "100"), [made.id]);
        assert_eq!(found(IdentifierKind::ErpCode, "101"), []);
        assert_eq!(found(IdentifierKind::Other, "100"), []);
        let mistyped = customers.accounts_by_identifier(USCC, "91350100M000100Y44").unwrap_err();
        assert_eq!((mistyped.code(), mistyped.field()), (ErrorCode::CheckDigit, Some("identifiers.value")));
        let hold =
            |field: &str, kind: &str| Filter::Holds { field: field.into(), kind: kind.into(), value: "x".into() };
        let told = |filter: Filter| {
            customers.accounts(&Query { filter: Some(filter), ..Query::default() }).unwrap_err().code()
        };
        assert_eq!(told(hold("identifiers", "passport")), ErrorCode::NotInPicklist);
        assert_eq!(told(hold("name", "vat")), ErrorCode::WrongType);
        assert_eq!(told(hold("nothing", "vat")), ErrorCode::UnknownField);

        let other = user(&admin, "li", OWN, &[]);
        assert_eq!(ids(other.customers().accounts_by_identifier(USCC, "91350100M000100Y43")), []);
        let blind = user(&admin, "zhao", OWN, &[("account", "identifiers")]);
        let error = blind.customers().accounts_by_identifier(USCC, "91350100M000100Y43").unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::UnknownField, Some("identifiers")));

        customers.update_account(&Account { identifiers: vec![erp("7", "SAP P01")], ..made.clone() }).unwrap();
        assert_eq!((found(USCC, "91350100M000100Y43"), found(IdentifierKind::ErpCode, "7")), (vec![], vec![made.id]));
        let operation = admin.history("account", made.id).unwrap().pop().unwrap().op_id;
        admin.execute(Command::Journal(JournalCommand::Undo { operation })).unwrap();
        assert_eq!((found(USCC, "91350100M000100Y43"), found(IdentifierKind::ErpCode, "7")), (vec![made.id], vec![]));
    }
}

#[test]
fn who_calls_is_found_by_the_number() {
    for (_folder, admin) in sessions() {
        let customers = admin.customers();
        let firm = account(&admin, "firm");
        let switchboard = vec![
            channel(ChannelKind::Phone, "+49 (0)711 1234-0"),
            channel(ChannelKind::Website, "https://www.Firm.example/"),
        ];
        let firm = customers.account(firm).unwrap();
        customers.update_account(&Account { channels: switchboard, ..firm.clone() }).unwrap();
        let channels = vec![
            channel(ChannelKind::Mobile, "+86 138 0013 8000 转 5"),
            channel(ChannelKind::Email, "Wang.Wei@firm.example"),
            channel(ChannelKind::Wechat, "wang_wei"),
            channel(ChannelKind::Address, "Hauptstr. 5"),
            channel(ChannelKind::Fax, "0512 6285 1234"),
            channel(ChannelKind::Phone, "+86 138-0013-8000"),
        ];
        let refused = Contact { full_name: "王伟".into(), channels, ..Contact::default() };
        let wang = customers.create_contact(&refused).unwrap().id;
        let people = |kind, value: &str| {
            let found = customers.contacts_by_channel(kind, value).unwrap();
            found.into_iter().map(|contact| contact.id).collect::<Vec<_>>()
        };
        for number in ["008613800138000", "+8613800138000", "+86 (138) 0013-8000 ext 9"] {
            assert_eq!(people(ChannelKind::Phone, number), [wang], "{number}");
        }
        assert_eq!(people(ChannelKind::Phone, "051262851234"), [wang]);
        assert_eq!(people(ChannelKind::Phone, "+49 711 12340"), []);
        assert_eq!(people(ChannelKind::Email, "wang.wei@FIRM.example"), [wang]);
        assert_eq!(people(ChannelKind::Wechat, "wang_wei"), [wang]);
        assert_eq!(ids(customers.accounts_by_channel(ChannelKind::Mobile, "0049711 12340")), [firm.id]);
        assert_eq!(ids(customers.accounts_by_channel(ChannelKind::Website, "firm.example")), [firm.id]);
        let code = |kind, value: &str| {
            let error = customers.contacts_by_channel(kind, value).unwrap_err();
            (error.code(), error.field().map(str::to_owned))
        };
        assert_eq!(code(ChannelKind::Address, "x"), (ErrorCode::NotInPicklist, Some("channels.kind".into())));
        assert_eq!(code(ChannelKind::Phone, "call"), (ErrorCode::Required, Some("channels.value".into())));
    }
}

#[test]
fn a_second_account_with_the_same_identifier_is_warned_of() {
    for (_folder, admin) in sessions() {
        let wang = user(&admin, "wang", OWN, &[]);
        let first =
            wang.customers().create_account(&with_identifier("a", vec![identifier(USCC, "91350100M000100Y43")]));
        let first = first.unwrap();
        let create = |session: &Session, identifiers: Vec<Identifier>| {
            let account = with_identifier("b", identifiers);
            session.execute(Command::Customer(CustomerCommand::CreateAccount { account })).unwrap()
        };
        let gln = identifier(IdentifierKind::Gln, "4000001000005");
        let twin = create(&wang, vec![gln, identifier(USCC, "91350100 M000100Y43")]);
        assert_eq!(twin.warnings.len(), 1);
        let warning = &twin.warnings[0];
        assert_eq!((warning.code, warning.field.as_deref()), (ErrorCode::DuplicateKey, Some("identifiers[1].value")));
        assert_eq!(warning.data["id"], first.id.to_string());
        let li = user(&admin, "li", OWN, &[]);
        assert_eq!(
            create(&li, vec![identifier(USCC, "91350100M000100Y43")]).warnings,
            [],
            "a hidden account is not told"
        );
        let saved = Account { short_name: Some("A".into()), ..first };
        let saved = wang.execute(Command::Customer(CustomerCommand::UpdateAccount { account: saved })).unwrap();
        assert_eq!(saved.warnings, [], "said once, when the identifier comes");

        let erp = |issuer: &str| Identifier { issuer: Some(issuer.into()), ..identifier(IdentifierKind::ErpCode, "1") };
        assert_eq!(create(&wang, vec![erp("A")]).warnings, []);
        assert_eq!(create(&wang, vec![erp("B")]).warnings, [], "another system's code");
        assert_eq!(create(&wang, vec![erp("A")]).warnings.len(), 1);
    }
}
