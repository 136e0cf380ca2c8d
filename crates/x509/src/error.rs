//! What can be wrong with a request, a certificate or a chain.

use claviger_crypto::KeyError;

use crate::{LONGEST_PEM, LONGEST_SUBJECT, MOST_ALTERNATIVE_NAMES, MOST_ATTRIBUTES, MOST_CERTIFICATES};

/// A signing request cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CsrError {
    /// The text of the subject is wrong.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// The subject names no `CN`.
    #[error("the subject has no `CN`")]
    NoCommonName,
    /// The text of the subject is too long.
    #[error("the subject has more than {LONGEST_SUBJECT} bytes")]
    SubjectLength,
    /// The subject has too many attributes.
    #[error("the subject has more than {MOST_ATTRIBUTES} attributes")]
    AttributeCount,
    /// An alternative name is no DNS name, IP address or e-mail address.
    #[error("the alternative name `{name}` {problem}")]
    AlternativeName {
        /// The name, or the beginning of a long one.
        name: String,
        /// What is wrong with it.
        problem: AlternativeNameError,
    },
    /// There are too many alternative names.
    #[error("there are more than {MOST_ALTERNATIVE_NAMES} alternative names")]
    AlternativeNameCount,
    /// The bytes are no public key that is offered.
    #[error("the public key cannot be used")]
    PublicKey(#[source] KeyError),
    /// Requests are not signed like that, or not by such a key.
    #[error("the signature algorithm does not fit the key")]
    Algorithm,
}

/// The text of a subject is wrong at one place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the subject is wrong at character {at}: {problem}")]
pub struct SubjectError {
    /// The character at which the wrong part begins, counted from 1.
    pub at: usize,
    /// What is wrong.
    pub problem: SubjectProblem,
}

/// What is wrong with a part of a subject.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubjectProblem {
    /// Nothing where an attribute such as `CN=example.com` is expected: an empty text, or a separator too many.
    #[error("an attribute is missing")]
    NoAttribute,
    /// An attribute without `=`.
    #[error("the attribute has no `=`")]
    NoEquals,
    /// An attribute name that is not known and no object identifier in dots.
    #[error("the attribute `{name}` is not known")]
    UnknownAttribute {
        /// The name, or the beginning of a long one.
        name: String,
    },
    /// The same attribute twice between two commas.
    #[error("`{name}` stands twice in one group joined by `+`")]
    Repeated {
        /// The attribute.
        name: String,
    },
    /// Nothing after the `=`.
    #[error("`{name}` has no value")]
    NoValue {
        /// The attribute.
        name: String,
    },
    /// More characters than the attribute may have.
    #[error("the value of `{name}` has more than {most} characters")]
    TooLong {
        /// The attribute.
        name: String,
        /// Characters at most.
        most: usize,
    },
    /// Characters that the attribute may not have.
    #[error("the value of `{name}` may have {allowed} only")]
    Characters {
        /// The attribute.
        name: String,
        /// Which characters it may have, in words.
        allowed: &'static str,
    },
    /// A backslash before something that needs none and is no byte in hexadecimal.
    #[error("after `\\` comes a special character or two hexadecimal digits")]
    Escape,
    /// A special character without a backslash.
    #[error("`{0}` must be written as `\\{0}`")]
    Unescaped(char),
    /// A quoted value without its end, or with something after it.
    #[error("the quoted value does not end where the attribute ends")]
    Quotes,
    /// Escaped bytes that are not UTF-8 together.
    #[error("the bytes of the value are not UTF-8")]
    Utf8,
    /// The character that ends texts in some programs, and so hides what follows from them.
    #[error("a value may not contain the character with the number 0")]
    Nul,
    /// After `#`, no single DER element in hexadecimal digits.
    #[error("after `#` comes one DER element in hexadecimal digits")]
    Hex,
}

/// What is wrong with an alternative name. The words follow the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AlternativeNameError {
    /// Nothing, or nothing but spaces.
    #[error("is empty")]
    Empty,
    /// Longer than such a name can be.
    #[error("is too long")]
    Length,
    /// Letters outside of ASCII; names of that kind have another form in certificates (`xn--…`).
    #[error("has characters outside of ASCII")]
    Ascii,
    /// No host name by the preferred syntax, no wildcard at the front of one, and no IP address.
    #[error("is no DNS name or IP address")]
    Dns,
    /// A text with `@` that is no mailbox.
    #[error("is no e-mail address")]
    Email,
}

/// Text or bytes are not the certificates that were expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// More text or bytes than are read.
    #[error("there are more than {LONGEST_PEM} bytes")]
    Length,
    /// No block `-----BEGIN CERTIFICATE-----` in the text.
    #[error("there is no certificate in the text")]
    Missing,
    /// More than one certificate where one was expected.
    #[error("there is more than one certificate in the text")]
    Several,
    /// More certificates than a chain has.
    #[error("there are more than {MOST_CERTIFICATES} certificates in the text")]
    Count,
    /// A private key stands in the text. It was not read further.
    #[error("there is a private key in the text")]
    PrivateKey,
    /// A block does not end, ends as another one, or is not base64.
    #[error("the block that begins in line {line} is damaged")]
    Block {
        /// The line with `BEGIN`, counted from 1.
        line: usize,
    },
    /// Not a certificate in DER, or one whose parts contradict each other.
    #[error("certificate {number} is not encoded as it must be")]
    Encoding {
        /// Which one in the text, counted from 1.
        number: usize,
    },
}

/// Certificates do not make a chain. Positions count from the leaf, which is 0; 1 is the first of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// More certificates than a chain has.
    #[error("the chain has more than {MOST_CERTIFICATES} certificates")]
    Count,
    /// The issuer that the certificate names is not the subject of the next one: it is missing, or the order is wrong.
    #[error("certificate {position} is not issued by the next one")]
    NotIssuedByNext {
        /// The certificate that was issued.
        position: usize,
    },
    /// The same certificate stands there twice.
    #[error("certificate {position} stands in the chain before")]
    Repeated {
        /// The second of both.
        position: usize,
    },
    /// An issuer that is no certification authority, or whose key may not sign certificates.
    #[error("certificate {position} may not issue certificates")]
    NotAuthority {
        /// The issuer.
        position: usize,
    },
    /// An issuer with more authorities below it than it allows.
    #[error("certificate {position} allows {most} authorities below it")]
    PathLength {
        /// The issuer.
        position: usize,
        /// How many it allows.
        most: u8,
    },
    /// A signature algorithm or a key that cannot be checked here.
    #[error("the signature of certificate {position} is of a kind that cannot be checked")]
    Unsupported {
        /// The certificate that was signed.
        position: usize,
    },
    /// The signature is not one of the next certificate's key, or of its own key for a root.
    #[error("the signature of certificate {position} is wrong")]
    Signature {
        /// The certificate that was signed.
        position: usize,
    },
}
