//! Names for devices, from what browsers say of themselves. A name is a guess for people to
//! recognise their own devices by; nothing is decided by it.

/// What a `User-Agent` seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    /// The browser or program, if it is a known one.
    pub program: Option<&'static str>,
    /// What it runs on.
    pub system: Option<&'static str>,
    pub shape: Shape,
}

/// What it looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Computer,
    Phone,
    Tablet,
    Program,
}

impl Shape {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Computer => "computer",
            Self::Phone => "phone",
            Self::Tablet => "tablet",
            Self::Program => "program",
        }
    }
}

/// What stands in the text, and the program that it tells of. Most browsers claim to be others as
/// well, so the one that only it would name comes first.
const PROGRAMS: &[(&str, &str)] = &[
    ("edg/", "Edge"),
    ("edga/", "Edge"),
    ("edgios/", "Edge"),
    ("opr/", "Opera"),
    ("opt/", "Opera"),
    ("vivaldi/", "Vivaldi"),
    ("yabrowser/", "Yandex Browser"),
    ("samsungbrowser/", "Samsung Internet"),
    ("duckduckgo/", "DuckDuckGo"),
    ("brave/", "Brave"),
    ("ucbrowser/", "UC Browser"),
    ("fxios/", "Firefox"),
    ("focus/", "Firefox Focus"),
    ("firefox/", "Firefox"),
    ("crios/", "Chrome"),
    ("headlesschrome/", "Chrome"),
    ("chrome/", "Chrome"),
    ("chromium/", "Chromium"),
    ("epiphany/", "GNOME Web"),
    ("safari/", "Safari"),
    ("curl/", "curl"),
    ("wget/", "Wget"),
    ("python", "Python"),
    ("okhttp/", "OkHttp"),
    ("node", "Node.js"),
    ("go-http-client/", "Go"),
    ("postmanruntime/", "Postman"),
];

const SYSTEMS: &[(&str, &str, Shape)] = &[
    ("iphone", "iPhone", Shape::Phone),
    ("ipad", "iPad", Shape::Tablet),
    ("android", "Android", Shape::Phone),
    ("windows", "Windows", Shape::Computer),
    ("cros ", "ChromeOS", Shape::Computer),
    ("mac os x", "macOS", Shape::Computer),
    ("macintosh", "macOS", Shape::Computer),
    ("freebsd", "FreeBSD", Shape::Computer),
    ("openbsd", "OpenBSD", Shape::Computer),
    ("linux", "Linux", Shape::Computer),
];

impl Device {
    pub fn of(user_agent: &str) -> Self {
        let text = user_agent.to_ascii_lowercase();
        let program = PROGRAMS.iter().find(|(mark, _)| text.contains(mark)).map(|(_, name)| *name);
        let system = SYSTEMS.iter().find(|(mark, ..)| text.contains(mark));
        let shape = match system {
            // Android browsers call themselves mobile on phones alone.
            Some((_, "Android", _)) if !text.contains("mobile") => Shape::Tablet,
            Some((.., shape)) => *shape,
            None if text.contains("mozilla/") => Shape::Computer,
            None => Shape::Program,
        };
        Self { program, system: system.map(|(_, name, _)| *name), shape }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_browsers_are_told_apart() {
        let webkit = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
        let blink = "AppleWebKit/537.36 (KHTML, like Gecko)";
        let mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)";
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64";
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)";
        for (agent, program, system, shape) in [
            (
                format!("{mac} {webkit} Version/18.1 Safari/605.1.15"),
                "Safari",
                "macOS",
                Shape::Computer,
            ),
            (
                format!("{mac} {blink} Chrome/130.0.0.0 Safari/537.36"),
                "Chrome",
                "macOS",
                Shape::Computer,
            ),
            (
                format!("{windows}) {blink} Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0"),
                "Edge",
                "Windows",
                Shape::Computer,
            ),
            (
                format!("{windows}; rv:132.0) Gecko/20100101 Firefox/132.0"),
                "Firefox",
                "Windows",
                Shape::Computer,
            ),
            (
                format!("{windows}) {blink} Chrome/130.0 Safari/537.36 OPR/115.0"),
                "Opera",
                "Windows",
                Shape::Computer,
            ),
            (
                format!("{iphone} {webkit} Version/18.1 Mobile/15E148 Safari/604.1"),
                "Safari",
                "iPhone",
                Shape::Phone,
            ),
            (
                format!("{iphone} {webkit} CriOS/130.0 Mobile/15E148 Safari/604.1"),
                "Chrome",
                "iPhone",
                Shape::Phone,
            ),
            (
                format!(
                    "Mozilla/5.0 (Linux; Android 10; K) {blink} Chrome/130.0 Mobile Safari/537.36"
                ),
                "Chrome",
                "Android",
                Shape::Phone,
            ),
            (
                format!("Mozilla/5.0 (Linux; Android 10; K) {blink} Chrome/130.0 Safari/537.36"),
                "Chrome",
                "Android",
                Shape::Tablet,
            ),
            (
                format!(
                    "Mozilla/5.0 (Linux; Android 14) {blink} SamsungBrowser/26.0 Chrome/122.0 Mobile Safari/537.36"
                ),
                "Samsung Internet",
                "Android",
                Shape::Phone,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0".to_owned(),
                "Firefox",
                "Linux",
                Shape::Computer,
            ),
            (
                format!(
                    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {blink} Chrome/130.0 Safari/537.36"
                ),
                "Chrome",
                "ChromeOS",
                Shape::Computer,
            ),
        ] {
            let wanted = Device { program: Some(program), system: Some(system), shape };
            assert_eq!(Device::of(&agent), wanted, "{agent}");
        }
    }

    #[test]
    fn what_is_not_known_has_no_name() {
        let nothing = Device { program: None, system: None, shape: Shape::Program };
        assert_eq!(Device::of(""), nothing);
        assert_eq!(Device::of("<script>alert(1)</script>"), nothing);
        let curl = Device { program: Some("curl"), ..nothing };
        assert_eq!(Device::of("curl/8.5.0"), curl);
    }
}
