//! Colours in sRGB and how well one can be read on another (WCAG 2.2, "contrast ratio"). What
//! `readable_on` and `ink` answer can always be read.

use std::fmt;

/// What WCAG 2.2 asks of text (success criterion 1.4.3).
pub const READABLE: f64 = 4.5;

/// A colour without transparency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color([u8; 3]);

impl Color {
    pub const WHITE: Self = Self([0xff; 3]);
    pub const BLACK: Self = Self([0; 3]);

    /// The colour that `0xRRGGBB` stands for.
    pub const fn hex(value: u32) -> Self {
        let [_, red, green, blue] = value.to_be_bytes();
        Self([red, green, blue])
    }

    /// A colour from `#rrggbb`, or nothing.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u32::from_str_radix(digits, 16).ok().filter(|_| plain).map(Self::hex)
    }

    /// From 1 (the same) to 21 (black and white).
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// The colour itself, or as little lighter or darker as it takes to be read on `ground`.
    pub fn readable_on(self, ground: Self) -> Self {
        let end = ground.ink();
        let steps = (0..=100).map(|step| self.mixed(end, f64::from(step) / 100.0));
        let mut readable = steps.filter(|color| color.contrast(ground) >= READABLE);
        readable.next().unwrap_or(end)
    }

    /// White or black, whichever is read better on it.
    pub fn ink(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::BLACK) {
            Self::WHITE
        } else {
            Self::BLACK
        }
    }

    /// A mixture; `share` is the other's, from 0 to 1.
    pub fn mixed(self, other: Self, share: f64) -> Self {
        let channel = |at: usize| {
            let (own, other) = (f64::from(self.0[at]), f64::from(other.0[at]));
            // A weighted mean of two bytes is a byte.
            (own + (other - own) * share).round() as u8
        };
        Self([channel(0), channel(1), channel(2)])
    }

    fn luminance(self) -> f64 {
        let linear = |byte: u8| {
            let part = f64::from(byte) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_wcag() {
        for (one, two, wanted) in [
            (0x00_0000, 0xff_ffff, 21.0),
            (0x77_7777, 0xff_ffff, 4.48),
            (0xff_0000, 0xff_ffff, 4.0),
            (0x12_3456, 0x12_3456, 1.0),
        ] {
            let found = Color::hex(one).contrast(Color::hex(two));
            assert!((found - wanted).abs() < 0.01, "{one:06x} on {two:06x}: {found}");
        }
    }

    #[test]
    fn every_colour_can_be_read_after_all() {
        for red in (0..=255).step_by(51) {
            for green in (0..=255).step_by(51) {
                for blue in (0..=255).step_by(51) {
                    let color = Color([red, green, blue]);
                    assert!(color.contrast(color.ink()) >= READABLE, "ink on {color}");
                    for ground in [Color::WHITE, Color::hex(0x17_1f1c), Color::hex(0xf4_f6f5)] {
                        let shown = color.readable_on(ground);
                        assert!(shown.contrast(ground) >= READABLE, "{color} on {ground}");
                    }
                }
            }
        }
        let fine = Color::hex(0x0b_5f53);
        assert_eq!(fine.readable_on(Color::WHITE), fine);
    }

    #[test]
    fn only_six_digits_make_a_colour() {
        assert_eq!(Color::parse("#0B5f53").map(|it| it.to_string()), Some("#0b5f53".to_owned()));
        for wrong in [
            "", "#", "0b5f53", "#0b5", "#0b5f5", "#0b5f530", "#+b5f53", "#0b5f5g", "red",
            "#0b5f53;", "url(x)", "#０b5f5",
        ] {
            assert_eq!(Color::parse(wrong), None, "{wrong:?} was taken");
        }
    }
}
