//! Sections of the configuration: one list makes the struct, its defaults, the file that `init` writes, and the
//! schema, so that none of them can say something else.

use std::path::PathBuf;
use std::time::Duration;

use libp2p::Multiaddr;
use toml::Value;

/// One key of the file.
pub(crate) struct Setting {
    /// Such as `limits`.
    pub(crate) section: &'static str,
    /// Such as `connections`.
    pub(crate) key: &'static str,
    /// What it is, in its unit; one line or more.
    pub(crate) docs: &'static [&'static str],
    /// What a value has to be.
    pub(crate) kind: &'static str,
    /// The value; none is a key that is left out.
    pub(crate) value: Option<Value>,
}

/// A type that a key can have.
pub(crate) trait Kind {
    /// In words.
    const NAME: &'static str;

    /// As it stands in the file.
    fn to_toml(&self) -> Option<Value>;
}

impl Kind for String {
    const NAME: &'static str = "text";

    fn to_toml(&self) -> Option<Value> {
        Some(Value::String(self.clone()))
    }
}

impl Kind for PathBuf {
    const NAME: &'static str = "path";

    fn to_toml(&self) -> Option<Value> {
        Some(Value::String(self.display().to_string()))
    }
}

impl Kind for Option<PathBuf> {
    const NAME: &'static str = "path";

    fn to_toml(&self) -> Option<Value> {
        self.as_ref().and_then(Kind::to_toml)
    }
}

impl Kind for Vec<Multiaddr> {
    const NAME: &'static str = "list of libp2p addresses";

    fn to_toml(&self) -> Option<Value> {
        Some(Value::Array(self.iter().map(|address| Value::String(address.to_string())).collect()))
    }
}

impl Kind for u32 {
    const NAME: &'static str = "number";

    fn to_toml(&self) -> Option<Value> {
        Some(Value::Integer(i64::from(*self)))
    }
}

impl Kind for usize {
    const NAME: &'static str = "number";

    fn to_toml(&self) -> Option<Value> {
        Some(Value::Integer(i64::try_from(*self).unwrap_or(i64::MAX)))
    }
}

impl Kind for u64 {
    const NAME: &'static str = "size such as 8GiB";

    fn to_toml(&self) -> Option<Value> {
        Some(Value::String(super::size::show(*self)))
    }
}

/// Bytes per second, as they stand in the file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate(u64);

impl From<u64> for Rate {
    fn from(bytes: u64) -> Self {
        Self(bytes)
    }
}

impl Kind for Rate {
    const NAME: &'static str = "rate such as 4MiB/s";

    fn to_toml(&self) -> Option<Value> {
        Some(Value::String(format!("{}/s", super::size::show(self.0))))
    }
}

impl Kind for Duration {
    const NAME: &'static str = "time such as 10s";

    fn to_toml(&self) -> Option<Value> {
        Some(Value::String(humantime::format_duration(*self).to_string().replace(' ', "")))
    }
}

/// Makes a section: the struct with its documentation, its defaults, and the list of its settings. `as` names the
/// type by which a value is written where it is not its own.
macro_rules! section {
    (@name $kind:ty;) => { <$kind as $crate::config::section::Kind>::NAME };
    (@name $kind:ty; $shown:ty) => { <$shown as $crate::config::section::Kind>::NAME };
    (@value $value:expr;) => { $value.to_toml() };
    (@value $value:expr; $shown:ty) => { <$shown>::from($value).to_toml() };
    (
        $(#[doc = $about:literal])+
        $name:ident in $section:literal {
            $(
                $(#[doc = $doc:literal])+ $(#[serde($($serde:tt)*)])?
                $field:ident: $kind:ty $(as $shown:ty)? = $default:expr,
            )+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $( $(#[doc = $doc])+ $(#[serde($($serde)*)])? pub $field: $kind, )+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $field: $default, )+ }
            }
        }

        impl $name {
            /// Its keys with what stands in them.
            pub(crate) fn settings(&self) -> Vec<$crate::config::section::Setting> {
                use $crate::config::section::Kind as _;
                vec![ $( $crate::config::section::Setting {
                    section: $section,
                    key: stringify!($field),
                    docs: &[$($doc),+],
                    kind: section!(@name $kind; $($shown)?),
                    value: section!(@value self.$field; $($shown)?),
                }, )+ ]
            }
        }
    };
}

pub(crate) use section;
