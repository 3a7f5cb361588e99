//! What all pages share, made once at the start: the stylesheet with the colours of the brand, the
//! logo, the words, the policy of what a page may load. No page has a style or a script of its own.

use std::{fmt, fs, path::Path};

use actix_web::web::Bytes;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::{
    config::{Brand, Config, Preset},
    kernel::color::Color,
};

const STYLESHEET: &str = include_str!("../../assets/doorward.css");
const PASSKEYS: &str = include_str!("../../assets/passkeys.js");
const CHALLENGE: &str = include_str!("../../assets/challenge.js");
const MARK: &str = include_str!("../../assets/mark.svg");

macro_rules! marks {
    ($($preset:ident $name:literal),+) => {
        [$((
            Preset::$preset,
            concat!("/assets/marks/", $name, ".svg"),
            include_str!(concat!("../../assets/marks/", $name, ".svg")),
        )),+]
    };
}

/// Signs by which people find a provider's button, drawn for these pages.
const MARKS: [(Preset, &str, &str); 9] = marks![
    Google "google", Facebook "facebook", Github "github", Microsoft "microsoft", Apple "apple",
    Gitlab "gitlab", Discord "discord", Linkedin "linkedin", Oidc "other"
];

/// What is read on, in the stylesheet, where no colour is configured.
const CARD: Color = Color::hex(0xff_ffff);
const CARD_DARK: Color = Color::hex(0x18_1f1d);

/// The largest logo in bytes.
const LOGO: usize = 256 * 1024;

/// A file that pages load, under an address that changes with what it holds.
pub struct Asset {
    pub bytes: Bytes,
    pub kind: &'static str,
    /// The version in the address.
    pub version: String,
    path: &'static str,
}

/// A script of ours. A page loads those that it can't do without, and no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    Passkeys,
    /// Solves the puzzle that is asked for before a form is sent.
    Challenge,
}

impl Script {
    /// Address and text of each, in the order of the type.
    const ALL: [(&'static str, &'static str); 2] =
        [("/assets/passkeys.js", PASSKEYS), ("/assets/challenge.js", CHALLENGE)];
}

/// Why the logo can't be used.
#[derive(Debug)]
pub struct LogoError(&'static str);

impl fmt::Display for LogoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "brand.logo {}", self.0)
    }
}

impl Asset {
    fn new(path: &'static str, kind: &'static str, bytes: Vec<u8>) -> Self {
        let version = HEXLOWER.encode(&Sha256::digest(&bytes)[..8]);
        Self { bytes: bytes.into(), kind, version, path }
    }

    /// Whether it stands at this path.
    pub fn is_at(&self, path: &str) -> bool {
        self.path == path
    }

    /// The address under which a browser may keep it for good.
    pub fn address(&self) -> String {
        format!("{}?v={}", self.path, self.version)
    }
}

/// The look of the pages.
pub struct Look {
    pub service: String,
    pub min_password: usize,
    pub signs_up: bool,
    pub stylesheet: Asset,
    /// The operator's logo, or our own mark in the brand's colour.
    pub logo: Asset,
    /// Whether the name of the service has to stand beside the logo.
    pub has_own_logo: bool,
    /// Whether forms with a password ask the browser for work first.
    pub asks_work: bool,
    scripts: [Asset; 2],
    /// Marks of providers, the one of all others last.
    pub marks: Vec<(Preset, Asset)>,
    pub policy: String,
}

impl Look {
    /// Errors when the logo can't be used.
    pub fn new(config: &Config, min_password: usize) -> Result<Self, LogoError> {
        let brand = &config.brand;
        let own = brand.logo.as_deref().map(logo).transpose().map_err(LogoError)?;
        let mark = || Asset::new("/assets/logo", SVG, mark(brand).into_bytes());
        let css = format!("{STYLESHEET}{}", colors(brand)).into_bytes();
        Ok(Self {
            service: config.service.name.clone(),
            min_password,
            signs_up: config.sign_up.enabled,
            stylesheet: Asset::new("/assets/doorward.css", "text/css; charset=utf-8", css),
            has_own_logo: own.is_some(),
            logo: own.unwrap_or_else(mark),
            asks_work: config.challenge.enabled,
            scripts: Script::ALL.map(|(path, text)| {
                Asset::new(path, "text/javascript; charset=utf-8", text.as_bytes().to_vec())
            }),
            marks: MARKS
                .map(|(preset, path, svg)| (preset, Asset::new(path, SVG, svg.into())))
                .into(),
            policy: policy(config),
        })
    }

    /// A script as it is sent.
    pub fn script(&self, script: &Script) -> &Asset {
        &self.scripts[*script as usize]
    }

    /// The mark of a provider.
    pub fn mark(&self, preset: Preset) -> &Asset {
        let own = self.marks.iter().find(|(of, _)| *of == preset);
        let (_, mark) = own.or(self.marks.last()).expect("there is a mark for all others");
        mark
    }
}

/// Pages load our stylesheet and pictures, send forms to us, and nothing else.
///
/// A browser holds `form-action` against the redirect after a form as well, so the places to which
/// a sign-in may lead are named.
fn policy(config: &Config) -> String {
    let mut places: Vec<_> = config.pages.return_to.iter().map(|place| place.origin()).collect();
    places.sort_unstable();
    places.dedup();
    let form_action = [&["'self'"], places.as_slice()].concat().join(" ");
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action {form_action}; \
         base-uri 'none'; frame-ancestors 'none'"
    )
}

/// The custom properties that the configuration sets.
fn colors(brand: &Brand) -> String {
    let ground = |name: &str, color: Option<Color>| {
        color.map(|color| format!("--{name}:{color};")).unwrap_or_default()
    };
    let accent = |card: Color| {
        let Some(accent) = brand.accent else { return String::new() };
        // Links stand on cards and on what is behind them.
        let shown = accent.readable_on(card);
        let ink = accent.ink();
        format!("--fill:{accent};--on-fill:{ink};--accent:{shown};")
    };
    let light = format!("{}{}", ground("paper", brand.background), accent(darkest_light(brand)));
    let dark =
        format!("{}{}", ground("paper", brand.background_dark), accent(lightest_dark(brand)));
    format!(":root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n")
}

/// The ground of light pages on which dark links are read worst.
fn darkest_light(brand: &Brand) -> Color {
    let grounds = [CARD, brand.background.unwrap_or(Color::hex(0xf3_f5f4))];
    grounds.into_iter().min_by(|a, b| by_light(*a, *b)).unwrap_or(CARD)
}

/// The ground of dark pages on which light links are read worst.
fn lightest_dark(brand: &Brand) -> Color {
    let grounds = [CARD_DARK, brand.background_dark.unwrap_or(CARD_DARK)];
    grounds.into_iter().max_by(|a, b| by_light(*a, *b)).unwrap_or(CARD_DARK)
}

fn by_light(one: Color, other: Color) -> std::cmp::Ordering {
    one.contrast(Color::BLACK).total_cmp(&other.contrast(Color::BLACK))
}

const SVG: &str = "image/svg+xml";

fn mark(brand: &Brand) -> String {
    let accent = brand.accent.unwrap_or(USUAL);
    MARK.replace("#000001", &accent.to_string()).replace("#fffffe", &accent.ink().to_string())
}

/// The accent of the stylesheet.
const USUAL: Color = Color::hex(0x0b_5f53);

/// The operator's logo. It must be what it says: browsers are told its kind.
fn logo(path: &Path) -> Result<Asset, &'static str> {
    let bytes = fs::read(path).map_err(|_| "names a file that can't be read")?;
    if bytes.len() > LOGO {
        return Err("names a file of more than 256 KiB");
    }
    let extension = path.extension().and_then(|it| it.to_str()).map(str::to_ascii_lowercase);
    match extension.as_deref() {
        Some("png") if bytes.starts_with(b"\x89PNG\r\n\x1a\n") => {
            Ok(Asset::new("/assets/logo", "image/png", bytes))
        }
        Some("svg") if is_svg(&bytes) => Ok(Asset::new("/assets/logo", SVG, bytes)),
        _ => Err("must name an SVG or a PNG file"),
    }
}

fn is_svg(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes)
        .is_ok_and(|text| text.trim_start().starts_with('<') && text.contains("<svg"))
}
