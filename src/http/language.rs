//! Which of our languages whoever sends a request reads best. What can't be read is passed over.

use actix_web::http::header::{self, HeaderMap};

use crate::kernel::texts::Lang;

/// The most languages of a header that are looked at.
const MOST: usize = 20;

/// The best language for an `Accept-Language` header (RFC 9110, section 12.5.4); nothing where it
/// names none of ours.
pub fn accepted(headers: &HeaderMap) -> Option<Lang> {
    let header = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut wanted: Vec<(u32, &str)> = header.split(',').take(MOST).filter_map(weighed).collect();
    wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    Lang::find(wanted.into_iter().map(|(_, tag)| tag))
}

/// A language and its weight in thousandths, if it is wanted at all.
fn weighed(item: &str) -> Option<(u32, &str)> {
    let (tag, weight) = item.split_once(';').unwrap_or((item, "q=1"));
    let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
    let weight = (weight.clamp(0.0, 1.0) * 1000.0) as u32;
    (weight > 0).then_some((weight, tag))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn the_browser_chooses_the_language() {
        for (header, wanted) in [
            ("", None),
            ("de", Some(Lang::De)),
            ("de-AT,de;q=0.9,en;q=0.8", Some(Lang::De)),
            ("es-ES,es;q=0.9,fr;q=0.8,en;q=0.7", Some(Lang::Fr)),
            ("en;q=0.5, fr;q=0.9", Some(Lang::Fr)),
            ("fr;q=0, en;q=0.1", Some(Lang::En)),
            ("fr;q=x", None),
            ("*", None),
            ("ja", None),
            ("DE", Some(Lang::De)),
            (",,;;=,de;", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(header));
            assert_eq!(accepted(&headers), wanted, "{header:?}");
        }
        assert_eq!(accepted(&HeaderMap::new()), None);
    }
}
