//! What a request offers as proof beside the session cookie: a bearer token or an API key, in a
//! header and nowhere else (RFC 6750, section 2).

use actix_web::{HttpRequest, http::header};

use super::{code::Code, problem::Problem};

/// The header of API keys.
pub const API_KEY_HEADER: &str = "x-api-key";

/// What came with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered<'a> {
    Nothing,
    /// What stands behind `Bearer` in `Authorization` (RFC 6750, section 2.1).
    Bearer(&'a str),
    /// What stands behind `DPoP` in `Authorization` (RFC 9449, section 7.1).
    Dpop(&'a str),
    /// What stands in `X-Api-Key`.
    ApiKey(&'a str),
}

/// What a request offers, whether it is worth anything or not.
///
/// Errors: `auth.too_many_credentials` when there is more than one (RFC 6750, section 2).
pub fn of(request: &HttpRequest) -> Result<Offered<'_>, Problem> {
    let mut offered = lines(request, header::AUTHORIZATION.as_str())
        .filter_map(authorization)
        .chain(lines(request, API_KEY_HEADER).map(Offered::ApiKey));
    let first = offered.next().unwrap_or(Offered::Nothing);
    if offered.next().is_some() { Err(Code::TooManyCredentials.into()) } else { Ok(first) }
}

/// Whether a request offers anything. No other site's page can add what counts here, so such a
/// request needs no defence against forgery, and its cookie does not count.
pub fn is_any(request: &HttpRequest) -> bool {
    !matches!(of(request), Ok(Offered::Nothing))
}

/// The values of a header; a value that is no text stands for something that is not valid.
fn lines<'a>(request: &'a HttpRequest, name: &str) -> impl Iterator<Item = &'a str> {
    request.headers().get_all(name).map(|value| value.to_str().unwrap_or("?"))
}

fn authorization(value: &str) -> Option<Offered<'_>> {
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Offered::Bearer(token.trim()));
    }
    scheme.eq_ignore_ascii_case("dpop").then(|| Offered::Dpop(token.trim()))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn offer(headers: &[(&str, &str)]) -> Result<String, Code> {
        let mut request = TestRequest::default();
        for pair in headers {
            request = request.append_header(*pair);
        }
        let request = request.to_http_request();
        of(&request).map(|offered| format!("{offered:?}")).map_err(|problem| problem.code())
    }

    #[test]
    fn bear_02_one_credential_is_taken_and_two_are_refused() {
        assert_eq!(offer(&[]).unwrap(), "Nothing");
        assert_eq!(offer(&[("authorization", "Basic eDp5")]).unwrap(), "Nothing");
        assert_eq!(offer(&[("authorization", "bEARER  abc ")]).unwrap(), "Bearer(\"abc\")");
        assert_eq!(offer(&[("authorization", "Bearer")]).unwrap(), "Bearer(\"\")");
        assert_eq!(offer(&[("x-api-key", "dw_1")]).unwrap(), "ApiKey(\"dw_1\")");
        for two in [
            [("authorization", "Bearer a"), ("authorization", "Bearer a")],
            [("authorization", "Bearer a"), ("x-api-key", "a")],
            [("authorization", "Bearer a"), ("authorization", "DPoP a")],
            [("x-api-key", "a"), ("x-api-key", "b")],
        ] {
            assert_eq!(offer(&two), Err(Code::TooManyCredentials), "{two:?}");
        }
    }
}
