//! How the numbers of each country are built.
//!
//! Source: ITU-T E.164 (country codes) and the national numbering plans that the ITU publishes (trunk prefix, number of
//! digits behind the country code, first digits of mobile numbers).

/// The numbering plan of a country.
pub(super) struct Plan {
    /// The country, a code of ISO 3166-1.
    pub(super) country: &'static str,
    /// The country code of E.164.
    pub(super) code: &'static str,
    /// What is dialled before an area code within the country; empty if nothing is.
    pub(super) trunk: &'static str,
    /// The fewest digits behind the country code.
    pub(super) least: usize,
    /// The most digits behind the country code.
    pub(super) most: usize,
    /// How mobile numbers begin behind the country code, divided by blanks.
    pub(super) mobile: &'static str,
}

impl Plan {
    /// Whether all numbers are of one length.
    pub(super) const fn is_closed(&self) -> bool {
        self.least == self.most
    }

    /// Whether so many digits may stand behind the country code.
    pub(super) const fn fits(&self, length: usize) -> bool {
        self.least <= length && length <= self.most
    }

    /// Whether the number behind the country code is a mobile one.
    pub(super) fn is_mobile(&self, number: &str) -> bool {
        self.mobile.split(' ').any(|prefix| !prefix.is_empty() && number.starts_with(prefix))
    }
}

/// The plan of a country.
pub(super) fn of_country(country: &str) -> Option<&'static Plan> {
    PLANS.iter().find(|plan| plan.country == country)
}

/// The plan of an international number without its `+`, and the digits behind the country code. Country codes are
/// free of prefixes, so there is at most one.
pub(super) fn of_number(digits: &str) -> Option<(&'static Plan, &str)> {
    PLANS.iter().find_map(|plan| digits.strip_prefix(plan.code).map(|rest| (plan, rest)))
}

type Row = (&'static str, &'static str, &'static str, usize, usize, &'static str);

const fn plan((country, code, trunk, least, most, mobile): Row) -> Plan {
    Plan { country, code, trunk, least, most, mobile }
}

/// The plans; of countries that share a code the first has the main part of it.
const PLANS: &[Plan] = &[
    plan(("CN", "86", "0", 7, 12, "13 14 15 16 17 18 19")),
    plan(("DE", "49", "0", 5, 12, "15 16 17")),
    plan(("US", "1", "1", 10, 10, "")),
    plan(("HK", "852", "", 8, 8, "5 6 7 9")),
    plan(("MO", "853", "", 8, 8, "6")),
    plan(("TW", "886", "0", 8, 9, "9")),
    plan(("JP", "81", "0", 9, 10, "60 70 80 90")),
    plan(("KR", "82", "0", 8, 10, "10 11 16 17 18 19")),
    plan(("KP", "850", "0", 8, 10, "19")),
    plan(("IN", "91", "0", 10, 10, "6 7 8 9")),
    plan(("GB", "44", "0", 9, 10, "71 72 73 74 75 77 78 79")),
    plan(("FR", "33", "0", 9, 9, "6 7")),
    plan(("IT", "39", "", 6, 11, "3")),
    plan(("ES", "34", "", 9, 9, "6 7")),
    plan(("PT", "351", "", 9, 9, "9")),
    plan(("NL", "31", "0", 9, 9, "6")),
    plan(("BE", "32", "0", 8, 9, "45 46 47 48 49")),
    plan(("LU", "352", "", 5, 11, "6")),
    plan((
        "AT",
        "43",
        "0",
        5,
        13,
        "650 652 653 655 657 659 660 661 663 664 665 666 667 668 669 67 680 681 686 687 688 689 69",
    )),
    plan(("CH", "41", "0", 9, 9, "74 75 76 77 78 79")),
    plan(("LI", "423", "", 7, 9, "6 7")),
    plan(("DK", "45", "", 8, 8, "")),
    plan(("SE", "46", "0", 7, 10, "70 72 73 76 79")),
    plan(("NO", "47", "", 8, 8, "4 9")),
    plan(("FI", "358", "0", 5, 11, "4 50")),
    plan(("IS", "354", "", 7, 9, "38 6 7 8")),
    plan(("IE", "353", "0", 7, 9, "8")),
    plan(("PL", "48", "", 9, 9, "45 50 51 53 57 60 66 69 72 73 78 79 88")),
    plan(("CZ", "420", "", 9, 9, "60 70 72 73 77 79")),
    plan(("SK", "421", "0", 9, 9, "90 91 94 95")),
    plan(("HU", "36", "06", 8, 9, "20 30 31 50 70")),
    plan(("RO", "40", "0", 9, 9, "7")),
    plan(("BG", "359", "0", 6, 9, "87 88 89 98 99")),
    plan(("GR", "30", "", 10, 10, "69")),
    plan(("CY", "357", "", 8, 8, "9")),
    plan(("MT", "356", "", 8, 8, "7 9")),
    plan(("SI", "386", "0", 8, 8, "30 31 40 41 51 64 65 68 69 70 71")),
    plan(("HR", "385", "0", 8, 9, "9")),
    plan(("RS", "381", "0", 7, 12, "6")),
    plan(("BA", "387", "0", 8, 9, "6")),
    plan(("ME", "382", "0", 8, 9, "6")),
    plan(("MK", "389", "0", 8, 8, "7")),
    plan(("AL", "355", "0", 8, 9, "6")),
    plan(("XK", "383", "0", 8, 12, "4")),
    plan(("EE", "372", "", 7, 8, "5 81 82")),
    plan(("LV", "371", "", 8, 8, "2")),
    plan(("LT", "370", "0", 8, 8, "6")),
    plan(("RU", "7", "8", 10, 10, "9")),
    plan(("KZ", "7", "8", 10, 10, "70 74 75 76 77")),
    plan(("BY", "375", "80", 9, 9, "25 29 33 44")),
    plan(("UA", "380", "0", 9, 9, "39 50 63 66 67 68 73 91 92 93 94 95 96 97 98 99")),
    plan(("MD", "373", "0", 8, 8, "6 7")),
    plan(("TR", "90", "0", 10, 10, "5")),
    plan(("GE", "995", "0", 9, 9, "5")),
    plan(("AM", "374", "0", 8, 8, "33 41 43 44 49 55 77 9")),
    plan(("AZ", "994", "0", 9, 9, "10 40 50 51 55 60 70 77 99")),
    plan(("UZ", "998", "", 9, 9, "33 50 77 88 9")),
    plan(("KG", "996", "0", 9, 9, "20 22 5 7 99")),
    plan(("TJ", "992", "", 9, 9, "9")),
    plan(("TM", "993", "8", 8, 8, "6")),
    plan(("MN", "976", "", 8, 10, "60 66 69 8 9")),
    plan(("SG", "65", "", 8, 8, "8 9")),
    plan(("MY", "60", "0", 8, 10, "1")),
    plan(("TH", "66", "0", 8, 9, "6 8 9")),
    plan(("VN", "84", "0", 9, 10, "3 5 7 8 9")),
    plan(("ID", "62", "0", 7, 12, "8")),
    plan(("PH", "63", "0", 6, 10, "9")),
    plan(("KH", "855", "0", 8, 9, "1 6 7 8 9")),
    plan(("LA", "856", "0", 8, 10, "20 30")),
    plan(("MM", "95", "0", 6, 10, "9")),
    plan(("BN", "673", "", 7, 7, "7 8")),
    plan(("PK", "92", "0", 9, 10, "3")),
    plan(("BD", "880", "0", 6, 10, "1")),
    plan(("LK", "94", "0", 9, 9, "7")),
    plan(("NP", "977", "0", 8, 10, "97 98")),
    plan(("AF", "93", "0", 9, 9, "7")),
    plan(("IR", "98", "0", 10, 10, "9")),
    plan(("IQ", "964", "0", 8, 10, "7")),
    plan(("IL", "972", "0", 8, 9, "5")),
    plan(("JO", "962", "0", 8, 9, "7")),
    plan(("LB", "961", "0", 7, 8, "3 7 81")),
    plan(("SY", "963", "0", 8, 9, "9")),
    plan(("SA", "966", "0", 9, 9, "5")),
    plan(("AE", "971", "0", 8, 9, "5")),
    plan(("QA", "974", "", 8, 8, "3 5 6 7")),
    plan(("KW", "965", "", 8, 8, "5 6 9")),
    plan(("BH", "973", "", 8, 8, "3")),
    plan(("OM", "968", "", 8, 8, "7 9")),
    plan(("YE", "967", "0", 7, 9, "7")),
    plan(("EG", "20", "0", 8, 10, "1")),
    plan(("MA", "212", "0", 9, 9, "6 7")),
    plan(("DZ", "213", "0", 8, 9, "5 6 7")),
    plan(("TN", "216", "", 8, 8, "2 4 5 9")),
    plan(("LY", "218", "0", 8, 9, "9")),
    plan(("ZA", "27", "0", 9, 9, "6 7 8")),
    plan(("NG", "234", "0", 8, 10, "70 71 72 80 81 90 91")),
    plan(("KE", "254", "0", 7, 9, "1 7")),
    plan(("GH", "233", "0", 9, 9, "2 5")),
    plan(("ET", "251", "0", 9, 9, "7 9")),
    plan(("TZ", "255", "0", 9, 9, "6 7")),
    plan(("UG", "256", "0", 9, 9, "7")),
    plan(("ZM", "260", "0", 9, 9, "5 7 9")),
    plan(("ZW", "263", "0", 7, 10, "7")),
    plan(("AO", "244", "", 9, 9, "9")),
    plan(("MZ", "258", "", 8, 9, "8")),
    plan(("CI", "225", "", 10, 10, "0")),
    plan(("CM", "237", "", 9, 9, "6")),
    plan(("SN", "221", "", 9, 9, "7")),
    plan(("SD", "249", "0", 9, 9, "10 11 12 9")),
    plan(("CD", "243", "0", 7, 10, "8 9")),
    plan(("CA", "1", "1", 10, 10, "")),
    plan(("PR", "1", "1", 10, 10, "")),
    plan(("DO", "1", "1", 10, 10, "")),
    plan(("JM", "1", "1", 10, 10, "")),
    plan(("TT", "1", "1", 10, 10, "")),
    plan(("MX", "52", "01", 10, 10, "")),
    plan(("BR", "55", "0", 10, 11, "")),
    plan(("AR", "54", "0", 10, 11, "9")),
    plan(("CL", "56", "", 9, 9, "")),
    plan(("CO", "57", "", 8, 10, "3")),
    plan(("PE", "51", "0", 8, 9, "9")),
    plan(("VE", "58", "0", 10, 10, "4")),
    plan(("EC", "593", "0", 8, 9, "9")),
    plan(("BO", "591", "0", 8, 8, "6 7")),
    plan(("PY", "595", "0", 7, 9, "9")),
    plan(("UY", "598", "0", 8, 8, "9")),
    plan(("PA", "507", "", 7, 8, "6")),
    plan(("CR", "506", "", 8, 8, "5 6 7 8")),
    plan(("GT", "502", "", 8, 8, "3 4 5")),
    plan(("HN", "504", "", 8, 8, "3 7 8 9")),
    plan(("SV", "503", "", 8, 8, "6 7")),
    plan(("NI", "505", "", 8, 8, "5 7 8")),
    plan(("CU", "53", "0", 6, 10, "5 6")),
    plan(("AU", "61", "0", 9, 9, "4")),
    plan(("NZ", "64", "0", 8, 10, "2")),
    plan(("FJ", "679", "", 7, 7, "2 7 8 9")),
    plan(("PG", "675", "", 7, 8, "7 8")),
    plan(("MC", "377", "", 8, 9, "3 4 6")),
    plan(("AD", "376", "", 6, 9, "3 6")),
    plan(("SM", "378", "", 6, 10, "6")),
    plan(("MU", "230", "", 7, 8, "5")),
    plan(("MV", "960", "", 7, 7, "7 9")),
];

#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static Plan> {
    PLANS.iter()
}
