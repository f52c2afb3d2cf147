use super::*;

#[test]
fn a_bracketed_country_code_and_a_typographic_dash_are_telephone_numbers() {
    let (_folder, admin) = sessions().remove(1);
    let make = |value: &str| {
        let channels = vec![channel(ChannelKind::Phone, value)];
        let made = admin.customers().create_contact(&Contact { full_name: "x".into(), channels, ..Contact::default() });
        made.map(|made| made.channels[0].value.clone()).map_err(|error| error.code())
    };
    assert_eq!(make("(+86) 512 6285 1234").as_deref(), Ok("(+86) 512 6285 1234"));
    assert_eq!(make("+49 711 1234\u{2013}0").as_deref(), Ok("+49 711 1234-0"));
    assert_eq!(make("+49 (0)711 1234").as_deref(), Ok("+49 (0)711 1234"));
    for wrong in ["++49 711 1234", "49+711 1234", "(+(+49 711 1234"] {
        assert_eq!(make(wrong), Err(ErrorCode::BadFormat), "{wrong}");
    }
}
