//! What a section of the settings file is made with.

/// Makes a section: a struct with defaults, and its rows of the reference.
macro_rules! section {
    ($(#[doc = $about:literal])+ $name:ident in $toml:literal {
        $($(#[doc = $doc:literal])+ $field:ident: $kind:ty = $default:expr, $shown:literal;)+
    }) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, ::serde::Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub(crate) struct $name {
            $($(#[doc = $doc])+ pub(crate) $field: $kind,)+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        impl $name {
            /// Writes its part of the reference.
            pub(super) fn reference(out: &mut String) {
                use ::std::fmt::Write as _;

                let about = concat!($($about),+).trim();
                let _ = writeln!(out, "\n## [{}]\n\n{about}\n\n| setting | default | meaning |\n|---|---|---|", $toml);
                $(
                    let meaning = concat!($($doc),+).trim();
                    let _ = writeln!(out, "| `{}` | {} | {meaning} |", stringify!($field), $shown);
                )+
            }
        }
    };
}

pub(super) use section;
