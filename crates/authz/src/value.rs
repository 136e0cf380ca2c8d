//! What conditions compare: numbers, points in time, networks.

use std::net::IpAddr;

use claviger_model::Timestamp;
use jiff::{civil, tz::Offset};

/// A decimal number, exact: up to 18 digits before and 18 after the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(i128);

/// Digits on either side of the point.
const DIGITS: usize = 18;
/// One, in units of the last digit.
const ONE: i128 = 10_i128.pow(18);

impl Number {
    /// Reads `-12`, `3.5` and the like. No exponents.
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let fits =
            |part: &str| (1..=DIGITS).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if !fits(whole) || !fits(fraction) {
            return None;
        }
        let missing = u32::try_from(DIGITS - fraction.len()).ok()?;
        let whole: i128 = whole.parse().ok()?;
        let fraction: i128 = fraction.parse().ok()?;
        Some(Self(sign * (whole * ONE + fraction * 10_i128.pow(missing))))
    }
}

/// Reads a point in time of ISO 8601, with or without an offset from UTC; without one it is UTC, and a day is its
/// midnight.
pub fn parse_time(text: &str) -> Option<Timestamp> {
    // The extension of RFC 9557 names time zones, which nobody asked for.
    if text.contains('[') {
        return None;
    }
    let local = || {
        Offset::UTC
            .to_timestamp(text.parse::<civil::DateTime>().ok()?)
            .ok()
    };
    text.parse().ok().or_else(local)
}

/// Reads `true` or `false` in any case.
pub fn parse_bool(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// A block of addresses of IPv4 or IPv6, or a single one. IPv4 inside IPv6 (`::ffff:10.0.0.1`) is IPv4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    v4: bool,
    /// Aligned to the left, zero behind `length`.
    bits: u128,
    length: u32,
}

impl Network {
    /// Reads `10.0.0.0/8`, `2001:db8::/32`, or an address. Bits behind the length are ignored.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(parse_length(length)?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let (v4, bits, width) = bits(address);
        let length = match length {
            None => width,
            // A block that covers more than the mapped addresses is one of IPv6.
            Some(length) if address.is_ipv6() && v4 => match length.checked_sub(96) {
                Some(length) if length <= 32 => length,
                Some(_) => return None,
                None => return Some(Self::new(false, raw(address), length)),
            },
            Some(length) if length <= width => length,
            Some(_) => return None,
        };
        Some(Self::new(v4, bits, length))
    }

    fn new(v4: bool, bits: u128, length: u32) -> Self {
        Self {
            v4,
            bits: bits & mask(length),
            length,
        }
    }

    /// Whether an address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (v4, bits, _) = bits(address);
        v4 == self.v4 && bits & mask(self.length) == self.bits
    }
}

fn parse_length(text: &str) -> Option<u32> {
    let digits = (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn mask(length: u32) -> u128 {
    u128::MAX.checked_shl(128 - length).unwrap_or(0)
}

fn raw(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// Whether it is IPv4, its bits aligned to the left, and how many there are.
fn bits(address: IpAddr) -> (bool, u128, u32) {
    let address = address.to_canonical();
    match address {
        IpAddr::V4(_) => (true, raw(address), 32),
        IpAddr::V6(_) => (false, raw(address), 128),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact() {
        let read = |text| Number::parse(text).unwrap();
        assert!(read("999999999999999999.000000000000000001") > read("999999999999999999"));
        assert!(read("-2") < read("-1.5") && read("-1.5") < read("0.1") && read("0.09") < read("0.1"));
        assert_eq!(read("007.50"), read("+7.5"));
        assert_eq!(read("-0"), read("0"));
        for wrong in [
            "", "-", ".", "1.", ".5", "1e3", " 1", "0x1", "1,5", "--1", "1.2.3", "１",
        ] {
            assert_eq!(Number::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Number::parse(&"9".repeat(19)), None);
        assert_eq!(Number::parse(&format!("0.{}", "9".repeat(19))), None);
    }

    #[test]
    fn times_have_an_offset_or_are_utc() {
        let noon = parse_time("2030-01-01T12:00:00Z");
        assert!(noon.is_some());
        for same in [
            "2030-01-01T20:00:00+08:00",
            "2030-01-01T12:00:00",
            "2030-01-01T12:00Z",
            "2030-01-01T12:00:00.000Z",
            "2030-01-01T07:00:00-05:00",
        ] {
            assert_eq!(parse_time(same), noon, "{same}");
        }
        assert_eq!(parse_time("2030-01-01"), parse_time("2030-01-01T00:00:00Z"));
        for wrong in [
            "",
            "noon",
            "2030-13-01T00:00:00Z",
            "2030-01-01T12:00:00[UTC]",
            "1893499200",
        ] {
            assert_eq!(parse_time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn booleans_are_two_words() {
        assert_eq!(
            ["true", "FALSE", "1", ""].map(parse_bool),
            [Some(true), Some(false), None, None]
        );
    }

    #[test]
    fn networks_hold_their_own_family() {
        let holds = |network: &str, address: &str| {
            Network::parse(network)
                .unwrap()
                .contains(address.parse().unwrap())
        };
        assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("10.1.2.3/8", "10.9.9.9"), "bits behind the length");
        assert!(holds("192.0.2.1", "192.0.2.1") && !holds("192.0.2.1", "192.0.2.2"));
        assert!(holds("0.0.0.0/0", "8.8.8.8") && !holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("::/0", "2001:db8::1") && !holds("::/0", "8.8.8.8"));
        assert!(holds("2001:db8::/32", "2001:db8:1::1") && !holds("2001:db8::/32", "2001:db9::1"));
        assert!(holds("2001:db8::1", "2001:DB8:0::1") && !holds("2001:db8::1", "2001:db8::2"));
        assert!(holds("10.0.0.0/8", "::ffff:10.1.1.1") && holds("::ffff:10.0.0.0/104", "10.1.1.1"));
        assert!(!holds("::ffff:10.0.0.0/104", "11.1.1.1") && holds("::ffff:0.0.0.0/95", "::fffe:0:0"));
        for wrong in [
            "",
            "10.0.0",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0.0/-1",
            "010.0.0.1",
            "10.0.0.0/8/8",
            "::ffff:10.0.0.0/129",
            "localhost",
            "10.0.0.*",
        ] {
            assert_eq!(Network::parse(wrong), None, "{wrong}");
        }
    }
}
