//! Amounts in words: the second reading of a number, so that a slipped digit or a wrong unit is heard.

use crate::domain::money::Amount;

/// Largest whole part that is put into words: 10^15. Beyond it nobody reads words, and digits stand alone.
pub const WHOLE_MAX: u64 = 1_000_000_000_000_000;

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const SCALES: [(u64, &str); 5] = [
    (1_000_000_000_000_000, "quadrillion"),
    (1_000_000_000_000, "trillion"),
    (1_000_000_000, "billion"),
    (1_000_000, "million"),
    (1_000, "thousand"),
];
/// Names of fractions by their number of decimals.
const FRACTIONS: [(usize, &str); 6] =
    [(2, "hundredth"), (3, "thousandth"), (6, "millionth"), (9, "billionth"), (12, "trillionth"), (15, "quadrillionth")];

/// The amount in words, without its unit: `two hundred fifty thousand and fifty hundredths`.
/// `None` where the whole part is beyond [`WHOLE_MAX`].
#[must_use]
pub fn amount_in_words(amount: Amount, decimals: u8) -> Option<String> {
    let text = amount.text(decimals);
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let whole: u64 = whole.parse().ok().filter(|whole| *whole <= WHOLE_MAX)?;
    let part = part.trim_end_matches('0');
    let mut words = integer(whole);
    if !part.is_empty() {
        words.push_str(" and ");
        words.push_str(&fraction(part));
    }
    Some(words)
}

/// `fifty hundredths`; beyond fifteen decimals digit by digit, because no name is known well enough.
fn fraction(part: &str) -> String {
    let named = FRACTIONS.iter().find(|(places, _)| part.len() <= *places);
    let count = named.and_then(|(places, name)| format!("{part:0<places$}").parse::<u64>().ok().map(|count| (count, *name)));
    match count {
        Some((1, name)) => format!("one {name}"),
        Some((count, name)) => format!("{} {name}s", integer(count)),
        None => {
            let digits: Vec<&str> = part.bytes().map(|digit| SMALL[usize::from(digit.wrapping_sub(b'0')) % 10]).collect();
            format!("point {}", digits.join(" "))
        }
    }
}

fn integer(mut rest: u64) -> String {
    if rest == 0 {
        return SMALL[0].to_owned();
    }
    let mut words = Vec::new();
    for (scale, name) in SCALES {
        if rest >= scale {
            words.push(format!("{} {name}", below_thousand(rest / scale)));
            rest %= scale;
        }
    }
    if rest > 0 {
        words.push(below_thousand(rest));
    }
    words.join(" ")
}

fn below_thousand(number: u64) -> String {
    let at = |index: u64| usize::try_from(index).unwrap_or(0);
    let mut words = Vec::new();
    if number >= 100 {
        words.push(format!("{} hundred", SMALL[at(number / 100) % SMALL.len()]));
    }
    match number % 100 {
        0 => {}
        small @ 1..20 => words.push(SMALL[at(small)].to_owned()),
        tens if tens % 10 == 0 => words.push(TENS[at(tens / 10)].to_owned()),
        tens => words.push(format!("{}-{}", TENS[at(tens / 10)], SMALL[at(tens % 10)])),
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, decimals: u8) -> Option<String> {
        amount_in_words(Amount::parse(text, decimals).expect("an amount"), decimals)
    }

    #[test]
    fn integers() {
        for (text, expected) in [
            ("0", "zero"),
            ("7", "seven"),
            ("13", "thirteen"),
            ("20", "twenty"),
            ("21", "twenty-one"),
            ("100", "one hundred"),
            ("119", "one hundred nineteen"),
            ("1000", "one thousand"),
            ("190000", "one hundred ninety thousand"),
            ("250000", "two hundred fifty thousand"),
            ("1000001", "one million one"),
            ("12000345", "twelve million three hundred forty-five"),
            (
                "999999999999999",
                "nine hundred ninety-nine trillion nine hundred ninety-nine billion nine hundred ninety-nine million \
              nine hundred ninety-nine thousand nine hundred ninety-nine",
            ),
            ("1000000000000000", "one quadrillion"),
        ] {
            assert_eq!(words(text, 6).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn parts_are_named_and_never_rounded() {
        for (text, decimals, expected) in [
            ("0.5", 18, "zero and fifty hundredths"),
            ("12000.01", 6, "twelve thousand and one hundredth"),
            ("1.125", 6, "one and one hundred twenty-five thousandths"),
            ("0.000001", 6, "zero and one millionth"),
            ("0.4000001", 18, "zero and four hundred million one hundred billionths"),
            (
                "3.000000000000000001",
                18,
                "three and point zero zero zero zero zero zero zero zero zero zero zero zero zero zero zero zero zero one",
            ),
        ] {
            assert_eq!(words(text, decimals).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn beyond_words_there_are_none() {
        assert_eq!(words("1000000000000001", 0), None);
        assert_eq!(amount_in_words(Amount::from_base(alloy_primitives::U256::MAX), 18), None);
    }
}
