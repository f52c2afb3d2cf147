//! The country that a name or a code stands for.
//!
//! Source: ISO 3166-1 (codes of two and three letters); names in English, German and Chinese as the trade writes them.

use super::bounds::fold;

/// Code of two letters, code of three letters, names divided by bars. Names are folded, without dots.
const COUNTRIES: &[(&str, &str, &str)] = &[
    (
        "CN",
        "chn",
        "china|pr china|prc|people's republic of china|peoples republic of china|mainland china|volksrepublik china|vr china|中国|中华人民共和国|中国大陆|大陆",
    ),
    (
        "DE",
        "deu",
        "germany|deutschland|federal republic of germany|bundesrepublik deutschland|brd|德国|德意志联邦共和国",
    ),
    (
        "US",
        "usa",
        "united states|united states of america|us of a|america|vereinigte staaten|vereinigte staaten von amerika|美国|美利坚合众国",
    ),
    ("HK", "hkg", "hong kong|hongkong|hong kong sar|香港|中国香港|中国香港特别行政区|香港特别行政区"),
    ("MO", "mac", "macao|macau|澳门|中国澳门|澳门特别行政区"),
    ("TW", "twn", "taiwan|taiwan roc|台湾|臺灣|中国台湾|台湾省"),
    ("JP", "jpn", "japan|日本|日本国"),
    (
        "KR",
        "kor",
        "south korea|korea|republic of korea|korea republic of|südkorea|韩国|韓国|大韩民国|南韩|대한민국|한국",
    ),
    ("KP", "prk", "north korea|nordkorea|朝鲜"),
    ("IN", "ind", "india|indien|印度"),
    (
        "GB",
        "gbr",
        "united kingdom|uk|great britain|britain|england|scotland|wales|northern ireland|vereinigtes königreich|großbritannien|grossbritannien|schottland|nordirland|英国|大不列颠|英格兰|苏格兰",
    ),
    ("FR", "fra", "france|frankreich|法国"),
    ("IT", "ita", "italy|italien|italia|意大利"),
    ("ES", "esp", "spain|spanien|españa|西班牙"),
    ("PT", "prt", "portugal|葡萄牙"),
    ("NL", "nld", "netherlands|the netherlands|holland|niederlande|nederland|荷兰"),
    ("BE", "bel", "belgium|belgien|belgië|belgique|比利时"),
    ("LU", "lux", "luxembourg|luxemburg|卢森堡"),
    ("AT", "aut", "austria|österreich|oesterreich|奥地利"),
    ("CH", "che", "switzerland|schweiz|suisse|svizzera|瑞士"),
    ("LI", "lie", "liechtenstein|列支敦士登"),
    ("DK", "dnk", "denmark|dänemark|danmark|丹麦"),
    ("SE", "swe", "sweden|schweden|sverige|瑞典"),
    ("NO", "nor", "norway|norwegen|norge|挪威"),
    ("FI", "fin", "finland|finnland|suomi|芬兰"),
    ("IS", "isl", "iceland|island|冰岛"),
    ("IE", "irl", "ireland|irland|republic of ireland|爱尔兰"),
    ("PL", "pol", "poland|polen|polska|波兰"),
    ("CZ", "cze", "czech republic|czechia|tschechien|tschechische republik|česko|捷克|捷克共和国"),
    ("SK", "svk", "slovakia|slowakei|slovensko|斯洛伐克"),
    ("HU", "hun", "hungary|ungarn|magyarország|匈牙利"),
    ("RO", "rou", "romania|rumänien|românia|罗马尼亚"),
    ("BG", "bgr", "bulgaria|bulgarien|保加利亚"),
    ("GR", "grc", "greece|griechenland|hellas|希腊"),
    ("CY", "cyp", "cyprus|zypern|塞浦路斯"),
    ("MT", "mlt", "malta|马耳他"),
    ("SI", "svn", "slovenia|slowenien|slovenija|斯洛文尼亚"),
    ("HR", "hrv", "croatia|kroatien|hrvatska|克罗地亚"),
    ("RS", "srb", "serbia|serbien|塞尔维亚"),
    ("BA", "bih", "bosnia and herzegovina|bosnia|bosnien und herzegowina|bosnien|波黑|波斯尼亚和黑塞哥维那"),
    ("ME", "mne", "montenegro|黑山"),
    ("MK", "mkd", "north macedonia|macedonia|nordmazedonien|mazedonien|北马其顿|马其顿"),
    ("AL", "alb", "albania|albanien|阿尔巴尼亚"),
    ("EE", "est", "estonia|estland|爱沙尼亚"),
    ("LV", "lva", "latvia|lettland|拉脱维亚"),
    ("LT", "ltu", "lithuania|litauen|立陶宛"),
    (
        "RU",
        "rus",
        "russia|russian federation|russland|rußland|russische föderation|россия|российская федерация|俄罗斯|俄罗斯联邦|俄国",
    ),
    ("BY", "blr", "belarus|weißrussland|weissrussland|白俄罗斯"),
    ("UA", "ukr", "ukraine|україна|乌克兰"),
    ("MD", "mda", "moldova|moldau|republic of moldova|摩尔多瓦"),
    ("TR", "tur", "turkey|türkiye|turkiye|türkei|土耳其"),
    ("GE", "geo", "georgia|georgien|格鲁吉亚"),
    ("AM", "arm", "armenia|armenien|亚美尼亚"),
    ("AZ", "aze", "azerbaijan|aserbaidschan|阿塞拜疆"),
    ("KZ", "kaz", "kazakhstan|kasachstan|哈萨克斯坦"),
    ("UZ", "uzb", "uzbekistan|usbekistan|乌兹别克斯坦"),
    ("KG", "kgz", "kyrgyzstan|kirgisistan|吉尔吉斯斯坦"),
    ("TJ", "tjk", "tajikistan|tadschikistan|塔吉克斯坦"),
    ("TM", "tkm", "turkmenistan|土库曼斯坦"),
    ("MN", "mng", "mongolia|mongolei|蒙古|蒙古国"),
    ("SG", "sgp", "singapore|singapur|新加坡"),
    ("MY", "mys", "malaysia|马来西亚"),
    ("TH", "tha", "thailand|泰国"),
    ("VN", "vnm", "vietnam|viet nam|越南"),
    ("ID", "idn", "indonesia|indonesien|印度尼西亚|印尼"),
    ("PH", "phl", "philippines|the philippines|philippinen|菲律宾"),
    ("KH", "khm", "cambodia|kambodscha|柬埔寨"),
    ("LA", "lao", "laos|老挝"),
    ("MM", "mmr", "myanmar|burma|缅甸"),
    ("BN", "brn", "brunei|文莱"),
    ("PK", "pak", "pakistan|巴基斯坦"),
    ("BD", "bgd", "bangladesh|bangladesch|孟加拉国|孟加拉"),
    ("LK", "lka", "sri lanka|斯里兰卡"),
    ("NP", "npl", "nepal|尼泊尔"),
    ("AF", "afg", "afghanistan|阿富汗"),
    ("IR", "irn", "iran|islamic republic of iran|伊朗"),
    ("IQ", "irq", "iraq|irak|伊拉克"),
    ("IL", "isr", "israel|以色列"),
    ("JO", "jor", "jordan|jordanien|约旦"),
    ("LB", "lbn", "lebanon|libanon|黎巴嫩"),
    ("SY", "syr", "syria|syrien|叙利亚"),
    ("SA", "sau", "saudi arabia|saudi-arabien|saudiarabien|kingdom of saudi arabia|ksa|沙特阿拉伯|沙特"),
    ("AE", "are", "united arab emirates|uae|vereinigte arabische emirate|vae|阿联酋|阿拉伯联合酋长国"),
    ("QA", "qat", "qatar|katar|卡塔尔"),
    ("KW", "kwt", "kuwait|科威特"),
    ("BH", "bhr", "bahrain|巴林"),
    ("OM", "omn", "oman|阿曼"),
    ("YE", "yem", "yemen|jemen|也门"),
    ("EG", "egy", "egypt|ägypten|埃及"),
    ("MA", "mar", "morocco|marokko|摩洛哥"),
    ("DZ", "dza", "algeria|algerien|阿尔及利亚"),
    ("TN", "tun", "tunisia|tunesien|突尼斯"),
    ("LY", "lby", "libya|libyen|利比亚"),
    ("ZA", "zaf", "south africa|südafrika|南非"),
    ("NG", "nga", "nigeria|尼日利亚"),
    ("KE", "ken", "kenya|kenia|肯尼亚"),
    ("GH", "gha", "ghana|加纳"),
    ("ET", "eth", "ethiopia|äthiopien|埃塞俄比亚"),
    ("TZ", "tza", "tanzania|tansania|坦桑尼亚"),
    ("UG", "uga", "uganda|乌干达"),
    ("ZM", "zmb", "zambia|sambia|赞比亚"),
    ("ZW", "zwe", "zimbabwe|simbabwe|津巴布韦"),
    ("AO", "ago", "angola|安哥拉"),
    ("MZ", "moz", "mozambique|mosambik|莫桑比克"),
    ("CI", "civ", "ivory coast|cote d'ivoire|côte d'ivoire|elfenbeinküste|科特迪瓦"),
    ("CM", "cmr", "cameroon|kamerun|喀麦隆"),
    ("SN", "sen", "senegal|塞内加尔"),
    ("SD", "sdn", "sudan|苏丹"),
    ("CD", "cod", "democratic republic of the congo|dr congo|刚果民主共和国|刚果(金)"),
    ("CA", "can", "canada|kanada|加拿大"),
    ("MX", "mex", "mexico|mexiko|méxico|墨西哥"),
    ("BR", "bra", "brazil|brasil|brasilien|巴西"),
    ("AR", "arg", "argentina|argentinien|阿根廷"),
    ("CL", "chl", "chile|智利"),
    ("CO", "col", "colombia|kolumbien|哥伦比亚"),
    ("PE", "per", "peru|perú|秘鲁"),
    ("VE", "ven", "venezuela|委内瑞拉"),
    ("EC", "ecu", "ecuador|厄瓜多尔"),
    ("BO", "bol", "bolivia|bolivien|玻利维亚"),
    ("PY", "pry", "paraguay|巴拉圭"),
    ("UY", "ury", "uruguay|乌拉圭"),
    ("PA", "pan", "panama|巴拿马"),
    ("CR", "cri", "costa rica|哥斯达黎加"),
    ("GT", "gtm", "guatemala|危地马拉"),
    ("HN", "hnd", "honduras|洪都拉斯"),
    ("SV", "slv", "el salvador|萨尔瓦多"),
    ("NI", "nic", "nicaragua|尼加拉瓜"),
    ("CU", "cub", "cuba|kuba|古巴"),
    ("DO", "dom", "dominican republic|dominikanische republik|多米尼加共和国|多米尼加"),
    ("JM", "jam", "jamaica|jamaika|牙买加"),
    ("PR", "pri", "puerto rico|波多黎各"),
    ("TT", "tto", "trinidad and tobago|trinidad und tobago|特立尼达和多巴哥"),
    ("AU", "aus", "australia|australien|澳大利亚|澳洲"),
    ("NZ", "nzl", "new zealand|neuseeland|新西兰"),
    ("FJ", "fji", "fiji|fidschi|斐济"),
    ("PG", "png", "papua new guinea|papua-neuguinea|巴布亚新几内亚"),
    ("MC", "mco", "monaco|摩纳哥"),
    ("AD", "and", "andorra|安道尔"),
    ("SM", "smr", "san marino|圣马力诺"),
    ("XK", "xkx", "kosovo|科索沃"),
    ("MU", "mus", "mauritius|毛里求斯"),
    ("MV", "mdv", "maldives|malediven|马尔代夫"),
];

/// Codes that are no country's own any more or never were, and the country that is meant.
const OTHER_CODES: [(&str, &str); 4] = [("uk", "GB"), ("el", "GR"), ("xi", "GB"), ("prc", "CN")];

/// The code of two letters (ISO 3166-1) of a country given by name or code; `None` if it is not known.
pub(crate) fn code(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if text.len() > 120 {
        return None;
    }
    let folded: String = fold(text).chars().filter(|c| *c != '.').collect();
    let name = folded.trim();
    let name = name.strip_prefix("the ").unwrap_or(name);
    match name.len() {
        0 | 1 => None,
        2 => by_code(name),
        3 => COUNTRIES.iter().find(|(_, three, _)| *three == name).map(|(two, ..)| *two).or_else(|| by_name(name)),
        _ => by_name(name),
    }
}

fn by_code(code: &str) -> Option<&'static str> {
    let other = OTHER_CODES.iter().find(|(other, _)| *other == code).map(|(_, country)| *country);
    other.or_else(|| COUNTRIES.iter().find(|(two, ..)| two.eq_ignore_ascii_case(code)).map(|(two, ..)| *two))
}

fn by_name(name: &str) -> Option<&'static str> {
    let other = OTHER_CODES.iter().find(|(other, _)| *other == name).map(|(_, country)| *country);
    let named = |names: &str| names.split('|').any(|known| known == name);
    other.or_else(|| COUNTRIES.iter().find(|(_, _, names)| named(names)).map(|(two, ..)| *two))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_known_by_code_and_by_its_names_in_three_languages() {
        for text in ["DE", "de", "DEU", "Germany", "Deutschland", "德国", "德國", " Federal Republic of Germany "] {
            assert_eq!(code(text), Some("DE"), "{text}");
        }
        for text in ["CN", "P.R. China", "PRC", "中国", "中華人民共和國".replace('華', "华").as_str(), "China"]
        {
            assert_eq!(code(text), Some("CN"), "{text}");
        }
        for (text, country) in
            [("U.S.A.", "US"), ("UK", "GB"), ("The Netherlands", "NL"), ("Österreich", "AT"), ("韩国", "KR")]
        {
            assert_eq!(code(text), Some(country), "{text}");
        }
        for text in ["", "x", "Atlantis", "ZZ", &"字".repeat(20_000)] {
            assert_eq!(code(text), None);
        }
    }

    #[test]
    fn every_code_and_name_stands_for_one_country() {
        let mut seen = std::collections::BTreeSet::new();
        for (two, three, names) in COUNTRIES {
            assert!(two.len() == 2 && three.len() == 3);
            for name in names.split('|').chain([*two, *three]) {
                assert!(seen.insert(name), "{name} stands twice");
                assert_eq!(code(name), Some(*two), "{name}");
            }
        }
    }
}
