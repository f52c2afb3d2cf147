//! Tax identifiers with right check digits, each by the rules of its country.

use super::random::{Random, digit};

/// GB 32100-2015: the characters of a unified social credit code.
const CREDIT: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const CREDIT_WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORGANISATION_WEIGHTS: [usize; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// An identifier for a company in `country`; `region` is how the region code starts, for China.
pub fn identifier(country: &str, region: &str, random: &mut Random) -> String {
    match country {
        "CN" => credit_code(region, random),
        "DE" => german(random),
        "AT" => austrian(random),
        "CH" => swiss(random),
        "GB" => british(random),
        "JP" => japanese(random),
        "KR" => korean(random),
        _ => {
            let digits = random.digits(9);
            let (office, number) = digits.split_at(2);
            format!("{office}-{number}")
        }
    }
}

fn values(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.bytes().map(|byte| CREDIT.iter().position(|known| *known == byte).unwrap_or_default())
}

fn sum(text: &str, weights: &[usize]) -> usize {
    values(text).zip(weights).map(|(value, weight)| value * weight).sum()
}

fn credit_character(value: usize) -> char {
    CREDIT.get(value).copied().map_or('0', char::from)
}

fn credit_code(region: &str, random: &mut Random) -> String {
    let mut code = format!("91{region}");
    while code.len() < 8 {
        // The last two digits of the region tell the district: few, so that companies share them.
        code.push(if code.len() % 2 == 0 { '0' } else { digit(random.between(1, 6)) });
    }
    let letters = random.chance(400);
    let organisation: String = (0..8)
        .map(|place| {
            let all = if letters && place < 6 { CREDIT.len() } else { 10 };
            credit_character(random.below(all))
        })
        .collect();
    // The check digit of an organisation code is of GB 11714; its letters count from 10 with all of A to Z.
    let counted = organisation.bytes().map(|byte| match byte {
        b'0'..=b'9' => usize::from(byte - b'0'),
        letter => usize::from(letter.saturating_sub(b'A')) + 10,
    });
    let total: usize = counted.zip(ORGANISATION_WEIGHTS).map(|(value, weight)| value * weight).sum();
    let check = (11 - total % 11) % 11;
    code.push_str(&organisation);
    code.push(if check == 10 { 'X' } else { digit(check) });
    let check = (31 - sum(&code, &CREDIT_WEIGHTS) % 31) % 31;
    code.push(credit_character(check));
    code
}

/// ISO 7064, mod 11,10.
fn german(random: &mut Random) -> String {
    let digits = random.digits(8);
    let product = values(&digits).fold(10, |product, value| {
        let total = (value + product) % 10;
        (if total == 0 { 10 } else { total }) * 2 % 11
    });
    format!("DE{digits}{}", digit((11 - product) % 10))
}

fn austrian(random: &mut Random) -> String {
    let digits = random.digits(7);
    let total: usize = values(&digits)
        .enumerate()
        .map(|(place, value)| if place % 2 == 0 { value } else { value / 5 + value * 2 % 10 })
        .sum();
    format!("ATU{digits}{}", digit((10 - (total + 4) % 10) % 10))
}

fn swiss(random: &mut Random) -> String {
    loop {
        let digits = random.digits(8);
        let check = (11 - sum(&digits, &[5, 4, 3, 2, 7, 6, 5, 4]) % 11) % 11;
        if check < 10 {
            let (first, rest) = digits.split_at(3);
            let (second, third) = rest.split_at(3);
            return format!("CHE-{first}.{second}.{third}{}", digit(check));
        }
    }
}

fn british(random: &mut Random) -> String {
    let digits = random.digits(7);
    let check = 97 - sum(&digits, &[8, 7, 6, 5, 4, 3, 2]) % 97;
    format!("GB{digits}{check:02}")
}

fn japanese(random: &mut Random) -> String {
    let digits = random.digits(12);
    let check = 9 - sum(&digits, &[2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]) % 9;
    format!("{check}{digits}")
}

fn korean(random: &mut Random) -> String {
    let digits = random.digits(9);
    let last = values(&digits).last().unwrap_or_default();
    let total = sum(&digits, &[1, 3, 7, 1, 3, 7, 1, 3, 5]) + last * 5 / 10;
    let (first, rest) = digits.split_at(3);
    let (second, third) = rest.split_at(2);
    format!("{first}-{second}-{third}{}", digit((10 - total % 10) % 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_those_of_real_identifiers() {
        // The published example of GB 32100 and the examples of the tax offices.
        assert_eq!((31 - sum("91350100M000100Y4", &CREDIT_WEIGHTS) % 31) % 31, 3);
        let mut random = Random::new(1);
        for (country, length) in [("DE", 11), ("AT", 11), ("CH", 15), ("GB", 11), ("JP", 13), ("KR", 12), ("US", 10)] {
            assert_eq!(identifier(country, "", &mut random).len(), length, "{country}");
        }
        for _ in 0..100 {
            let code = credit_code("3205", &mut random);
            assert_eq!((code.len(), sum(&code, &CREDIT_WEIGHTS) % 31), (18, (31 - values(&code).last().unwrap()) % 31));
        }
    }
}
