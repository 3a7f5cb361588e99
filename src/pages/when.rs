//! Time as people speak of it. Everything is in UTC: without a script a page does not know where
//! its reader is.

use time::OffsetDateTime;

use crate::kernel::clock::Timestamp;

/// How long ago something was, as coarse as people say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ago {
    Now,
    Minutes(i64),
    Hours(i64),
    Days(i64),
    Longer,
}

impl Ago {
    pub fn of(at: Timestamp, now: Timestamp) -> Self {
        match now.seconds_since(at) {
            ..60 => Self::Now,
            seconds @ 60..3600 => Self::Minutes(seconds / 60),
            seconds @ 3600..86_400 => Self::Hours(seconds / 3600),
            seconds @ 86_400..604_800 => Self::Days(seconds / 86_400),
            _ => Self::Longer,
        }
    }
}

fn in_utc(at: Timestamp) -> OffsetDateTime {
    let seconds = at.micros().div_euclid(1_000_000);
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// Year, number of the month, day of the month.
pub fn date(at: Timestamp) -> (String, u8, u8) {
    let at = in_utc(at);
    (at.year().to_string(), u8::from(at.month()), at.day())
}

/// Hour and minute.
pub fn time(at: Timestamp) -> String {
    let at = in_utc(at);
    format!("{:02}:{:02}", at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_ago_the_coarser() {
        let now = Timestamp::parse("2026-11-25T12:00:00Z").expect("a moment");
        for (seconds, wanted) in [
            (-5, Ago::Now),
            (0, Ago::Now),
            (59, Ago::Now),
            (60, Ago::Minutes(1)),
            (3599, Ago::Minutes(59)),
            (3600, Ago::Hours(1)),
            (86_399, Ago::Hours(23)),
            (86_400, Ago::Days(1)),
            (604_799, Ago::Days(6)),
            (604_800, Ago::Longer),
        ] {
            assert_eq!(Ago::of(now.plus_seconds(-seconds), now), wanted, "{seconds}");
        }
        assert_eq!((date(now), time(now)), (("2026".to_owned(), 11, 25), "12:00".to_owned()));
    }
}
