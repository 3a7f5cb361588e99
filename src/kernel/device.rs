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

    /// In one line, as product names, which are the same in every language: `Firefox, Linux`.
    pub fn line(&self) -> String {
        let parts: Vec<_> = [self.program, self.system].into_iter().flatten().collect();
        if parts.is_empty() { "?".to_owned() } else { parts.join(", ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What browsers say, without the middle that all have in common.
    const BROWSERS: &str = "
        Safari | macOS | computer | (Macintosh; Intel Mac OS X 10_15_7) Version/18 Safari/605.1
        Chrome | macOS | computer | (Macintosh; Intel Mac OS X 10_15_7) Chrome/130.0 Safari/537
        Edge | Windows | computer | (Windows NT 10.0; Win64; x64) Chrome/130 Safari/537 Edg/130
        Firefox | Windows | computer | (Windows NT 10.0; Win64; x64; rv:132.0) Firefox/132.0
        Opera | Windows | computer | (Windows NT 10.0; Win64; x64) Chrome/130 Safari/5 OPR/115
        Safari | iPhone | phone | (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18 Safari/604
        Chrome | iPhone | phone | (iPhone; CPU iPhone OS 18_1 like Mac OS X) CriOS/130 Safari/604
        Safari | iPad | tablet | (iPad; CPU OS 16_7 like Mac OS X) Version/16.6 Mobile Safari/604.1
        Chrome | Android | phone | (Linux; Android 10; K) Chrome/130.0.0.0 Mobile Safari/537.36
        Chrome | Android | tablet | (Linux; Android 10; K) Chrome/130.0.0.0 Safari/537.36
        Samsung Internet | Android | phone | (Linux; Android 14) SamsungBrowser/26 Chrome/122 Mobile
        Firefox | Linux | computer | (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0
        Chrome | ChromeOS | computer | (X11; CrOS x86_64 14541.0.0) Chrome/130.0.0.0 Safari/537.36
    ";

    #[test]
    fn common_browsers_are_told_apart() {
        let mut count = 0;
        for line in BROWSERS.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let [program, system, shape, rest] = line.split(" | ").collect::<Vec<_>>()[..] else {
                panic!("{line}");
            };
            let found = Device::of(&format!("Mozilla/5.0 {rest}"));
            assert_eq!((found.program, found.system), (Some(program), Some(system)), "{rest}");
            assert_eq!(found.shape.as_str(), shape, "{rest}");
            count += 1;
        }
        assert_eq!(count, 13);
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
