//! Bytes that travel as text.

use std::sync::LazyLock;

use base64::engine::general_purpose::PAD;

/// Base64 with the usual letters and padding, as operations and faces write and read it. Wide instructions do most of it
/// where the processor has them: that takes half the time, and only the last few letters are looked up in a table at a
/// place which depends on a secret.
///
/// SOURCE: RFC 4648, section 4.
pub static BASE64: LazyLock<Engine> = LazyLock::new(engine);

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
type Engine = base64::engine::Simd;

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn engine() -> Engine {
    Engine::standard(PAD)
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
type Engine = base64::engine::GeneralPurpose;

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn engine() -> Engine {
    Engine::new(&base64::alphabet::STANDARD, PAD)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn every_length_is_written_and_read_as_the_plain_way_does() {
        let bytes: Vec<u8> = (0..=255).cycle().step_by(7).take(400).collect();
        for length in 0..bytes.len() {
            let part = bytes.get(..length).unwrap();
            let text = BASE64.encode(part);
            assert_eq!(text, STANDARD.encode(part));
            assert_eq!(BASE64.decode(&text).as_deref(), Ok(part));
        }
    }

    #[test]
    fn text_that_is_not_quite_base64_is_refused_wherever_the_fault_is() {
        let text = STANDARD.encode([0xa5; 150]);
        for at in 0..text.len() {
            for wrong in ['-', '_', '=', ' ', '\n', '\u{7f}', 'é'] {
                let mut broken: Vec<char> = text.chars().collect();
                *broken.get_mut(at).unwrap() = wrong;
                let broken: String = broken.into_iter().collect();
                assert!(BASE64.decode(&broken).is_err(), "{wrong:?} at {at}");
            }
            assert!(
                at % 4 == 0 || BASE64.decode(text.get(..at).unwrap()).is_err(),
                "cut at {at}"
            );
        }
        for (text, fault) in [
            ("QQ", "no padding"),
            ("QR==", "bits behind the end"),
            ("QQ=", "half a padding"),
        ] {
            assert!(BASE64.decode(text).is_err(), "{fault}");
        }
    }
}
