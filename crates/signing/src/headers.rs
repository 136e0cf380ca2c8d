//! How this crate reads request headers without knowing an HTTP library.

/// Look-up of request headers.
///
/// Implement it on a newtype around the HTTP library's map. Slices of `(name, value)` pairs implement it too.
pub trait Headers {
    /// Values of all headers called `name`, in wire order. `name` is lower-case; the comparison ignores case.
    fn values<'h>(&'h self, name: &str) -> impl Iterator<Item = &'h [u8]>;
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for [(N, V)] {
    fn values<'h>(&'h self, name: &str) -> impl Iterator<Item = &'h [u8]> {
        self.iter()
            .filter(move |(own, _)| own.as_ref().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_ref())
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for Vec<(N, V)> {
    fn values<'h>(&'h self, name: &str) -> impl Iterator<Item = &'h [u8]> {
        self.as_slice().values(name)
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>, const COUNT: usize> Headers for [(N, V); COUNT] {
    fn values<'h>(&'h self, name: &str) -> impl Iterator<Item = &'h [u8]> {
        self.as_slice().values(name)
    }
}

/// The value of a header that must not be repeated, trimmed: nothing when it is absent or there are several.
pub(crate) fn single<'h, H: Headers + ?Sized>(headers: &'h H, name: &str) -> Option<&'h [u8]> {
    let mut values = headers.values(name);
    let first = values.next()?;
    match values.next() {
        None => Some(first.trim_ascii()),
        Some(_) => None,
    }
}
