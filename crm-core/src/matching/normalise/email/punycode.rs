//! International host names back from their ASCII form (RFC 3492), so that both forms of one name are one.

use crate::value::normalize_text;

const BASE: u32 = 36;
const LEAST: u32 = 1;
const MOST: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;

/// A label of a host name in letters; what is no good ASCII form stays as it is.
pub(super) fn label(label: &str) -> String {
    let letters = label.strip_prefix("xn--").and_then(decode).map(|letters| normalize_text(&letters));
    let good = letters.filter(|letters| letters.chars().all(|c| c.is_alphanumeric() || c == '-'));
    good.unwrap_or_else(|| label.to_owned())
}

fn decode(text: &str) -> Option<String> {
    let (plain, coded) = text.rsplit_once('-').unwrap_or(("", text));
    let mut letters: Vec<char> = plain.chars().collect();
    let (mut code, mut place, mut bias) = (128_u32, 0_u32, 72_u32);
    let mut digits = coded.chars();
    while !digits.as_str().is_empty() {
        let before = place;
        let mut weight = 1_u32;
        for step in 1_u32.. {
            let digit = value(digits.next()?)?;
            place = place.checked_add(digit.checked_mul(weight)?)?;
            let threshold = BASE.checked_mul(step)?.saturating_sub(bias).clamp(LEAST, MOST);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(BASE.checked_sub(threshold)?)?;
        }
        let count = u32::try_from(letters.len()).ok()?.checked_add(1)?;
        bias = adapt(place.checked_sub(before)?, count, before == 0);
        code = code.checked_add(place.checked_div(count)?)?;
        place = place.checked_rem(count)?;
        letters.insert(usize::try_from(place).ok()?, char::from_u32(code).filter(|letter| letter.is_alphanumeric())?);
        place = place.checked_add(1)?;
    }
    (!letters.is_empty()).then(|| letters.into_iter().collect())
}

fn value(digit: char) -> Option<u32> {
    match digit {
        'a'..='z' => digit.to_digit(36).map(|value| value.saturating_sub(10)),
        '0'..='9' => digit.to_digit(10).map(|value| value.saturating_add(26)),
        _ => None,
    }
}

fn adapt(delta: u32, count: u32, first: bool) -> u32 {
    let mut delta = if first { delta / DAMP } else { delta / 2 };
    delta = delta.saturating_add(delta / count.max(1));
    let mut bias = 0_u32;
    while delta > (BASE - LEAST) * MOST / 2 {
        delta /= BASE - LEAST;
        bias = bias.saturating_add(BASE);
    }
    bias.saturating_add((BASE - LEAST + 1).saturating_mul(delta) / delta.saturating_add(SKEW))
}

#[cfg(test)]
mod tests {
    use super::label;

    /// Section 7.1 of RFC 3492 and names in use.
    #[test]
    fn a_name_comes_back_in_its_letters() {
        for (ascii, letters) in [
            ("xn--bcher-kva", "bücher"),
            ("xn--fiqs8s", "中国"),
            ("xn--ihqwcrb4cv8a8dqg056pqjye", "他们为什么不说中文"),
            ("xn--ihqwctvzc91f659drss3x8bo0yb", "他們爲什麽不說中文"),
            ("xn--n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa", "なぜみんな日本語を話してくれないのか"),
            ("xn--porqunopuedensimplementehablarenespaol-fmd56a", "porquénopuedensimplementehablarenespañol"),
        ] {
            assert_eq!(label(ascii), letters);
        }
    }

    #[test]
    fn what_is_no_coded_name_stays() {
        for text in ["siemens", "xn--", "xn--ü", "xn--99999999999", &format!("xn--{}", "z".repeat(200))] {
            assert_eq!(label(text), text);
        }
    }
}
