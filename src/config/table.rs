//! How the table of settings is written, and what is made of each row.

macro_rules! limits {
    () => {
        None
    };
    ($min:literal, $max:literal) => {
        Some(($min, $max))
    };
}

macro_rules! table {
    (
        $(#[doc = $config_doc:literal])+
        Config {$(
            $(#[doc = $doc:literal])+
            $key:ident: $type:ty = $default:literal $(in $min:literal..=$max:literal)?;
        )+}
        $(
            #[doc = $about:literal]
            $section:ident: $Section:ident {$(
                $(#[doc = $sub_doc:literal])+
                $sub:ident: $sub_type:ty = $sub_default:literal
                    $(in $sub_min:literal..=$sub_max:literal)?;
            )+}
        )+
        $(
            each
            $(#[doc = $group_doc:literal])+
            $group:ident: $Group:ident {$(
                $(#[doc = $each_doc:literal])+
                $each:ident: $each_type:ty = $each_default:literal
                    $(in $each_min:literal..=$each_max:literal)?;
            )+}
        )*
    ) => {
        $(#[doc = $config_doc])+
        #[derive(Clone)]
        pub struct Config {
            $($(#[doc = $doc])+ pub $key: $type,)+
            $(#[doc = $about] pub $section: $Section,)+
            $($(#[doc = $group_doc])+ pub $group: BTreeMap<String, $Group>,)*
        }

        $(
            #[doc = $about]
            #[derive(Clone, Debug)]
            pub struct $Section {
                $($(#[doc = $sub_doc])+ pub $sub: $sub_type,)+
            }
        )+

        $(
            $(#[doc = $group_doc])+
            #[derive(Clone, Debug)]
            pub struct $Group {
                $($(#[doc = $each_doc])+ pub $each: $each_type,)+
            }
        )*

        /// Every setting, in the order of the reference page.
        pub const KEYS: &[Key] = &[
            $(Key::new::<$type>(
                stringify!($key),
                concat!($($doc),+),
                concat!($default),
                limits!($($min, $max)?),
            ),)+
            $($(Key::new::<$sub_type>(
                concat!(stringify!($section), ".", stringify!($sub)),
                concat!($($sub_doc),+),
                concat!($sub_default),
                limits!($($sub_min, $sub_max)?),
            ),)+)+
            $($(Key::new::<$each_type>(
                concat!(stringify!($group), ".<name>.", stringify!($each)),
                concat!($($each_doc),+),
                concat!($each_default),
                limits!($($each_min, $each_max)?),
            ),)+)*
        ];

        /// Every section of the file with what it holds.
        pub const SECTIONS: &[(&str, &str)] = &[
            $((stringify!($section), $about),)+
            $((stringify!($group), concat!($($group_doc),+)),)*
        ];

        impl Config {
            /// Asks the reader for each setting in turn.
            pub(super) fn read(from: &mut Reader) -> Self {
                Self {
                    $($key: from.read(stringify!($key)),)+
                    $($section: $Section {
                        $($sub: from.read(concat!(stringify!($section), ".", stringify!($sub))),)+
                    },)+
                    $($group: from.each(stringify!($group), |from, start| $Group {
                        $($each: from.read(&format!("{start}.{}", stringify!($each))),)+
                    }),)*
                }
            }
        }
    };
}

pub(super) use {limits, table};
