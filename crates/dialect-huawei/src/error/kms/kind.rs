//! Keys of another kind than an operation needs.

use claviger_model::{Family, KeyKind, Origin, Usage};

use super::Group;
use crate::error::codes::{self, Code};

/// The code for a key of this kind.
pub(super) fn wrong(group: Group, kind: KeyKind) -> Code {
    let family = kind.spec.family();
    match group {
        Group::Rotation => rotation(kind.origin, family),
        Group::DataKey => data_key(family),
        Group::Data => data(family, kind.usage),
        Group::PairData => pair_data(family),
        Group::Sign => sign(family),
        Group::PublicKey => codes::K0331,
        Group::Mac if kind.usage == Usage::SignVerify => codes::K0335,
        Group::Mac => codes::K0334,
        Group::DeleteMaterial => codes::K2702,
        Group::Enable | Group::Disable | Group::Schedule | Group::Cancel | Group::Import | Group::Other => {
            match family {
                Family::Cipher => codes::K0331,
                Family::Mac => codes::K0341,
                Family::Rsa | Family::Ec | Family::Sm2 => codes::K0325,
            }
        }
    }
}

/// Imported material is told first.
fn rotation(origin: Origin, family: Family) -> Code {
    match (origin, family) {
        (Origin::External, _) => codes::K0312,
        (Origin::Generated, Family::Rsa) => codes::K0324,
        (Origin::Generated, Family::Mac) => codes::K0341,
        (Origin::Generated, Family::Ec | Family::Sm2 | Family::Cipher) => codes::K0325,
    }
}

fn data_key(family: Family) -> Code {
    match family {
        Family::Mac => codes::K0341,
        Family::Cipher | Family::Rsa | Family::Ec | Family::Sm2 => codes::K0325,
    }
}

/// The algorithm of symmetric keys was asked for.
fn data(family: Family, usage: Usage) -> Code {
    match (family, usage) {
        (Family::Mac, _) => codes::K0341,
        (Family::Ec, _) => codes::K1114,
        (_, Usage::SignVerify) => codes::K0335,
        (Family::Rsa | Family::Sm2 | Family::Cipher, _) => codes::K2106,
    }
}

/// An algorithm of key pairs was asked for.
fn pair_data(family: Family) -> Code {
    match family {
        Family::Cipher => codes::K2105,
        Family::Mac => codes::K0341,
        Family::Ec => codes::K1114,
        Family::Rsa | Family::Sm2 => codes::K0335,
    }
}

fn sign(family: Family) -> Code {
    match family {
        Family::Cipher => codes::K1115,
        Family::Mac => codes::K0341,
        Family::Rsa | Family::Ec | Family::Sm2 => codes::K0334,
    }
}
