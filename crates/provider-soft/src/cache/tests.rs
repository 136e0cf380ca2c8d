use std::convert::Infallible;

use claviger_model::{Material, ProtectionLevel};
use claviger_secret::LockedPool;

use crate::pair::Kind;

use super::*;

fn region() -> Region {
    "cn-hangzhou".parse().unwrap()
}

fn binding(region: &Region, number: u8) -> Binding<'_> {
    Binding {
        account: "1000000000000001".parse().unwrap(),
        region,
        key: KeyId::from_bytes([number; 16]),
        version: KeyVersionId::from_bytes([number; 16]),
        spec: KeySpec::Aes256,
        protection: ProtectionLevel::Software,
    }
}

fn material() -> Material {
    Material(Box::new([0; INLINE_LEN]))
}

fn open_key(pool: &LockedPool<32>, binding: Binding<'_>) -> OpenKey {
    let key = SecretKey::fill(pool, 32, |key| {
        key.fill(1);
        Ok::<_, Infallible>(())
    });
    let material = &material();
    OpenKey::new(&Sealed { material, binding }, Held::Secret(key.unwrap()))
}

/// A thread may be about to keep a key while another forgets it: the key must not come back.
#[test]
fn a_key_forgotten_while_it_was_opened_is_not_kept() {
    let pool = LockedPool::new().unwrap();
    let region = region();
    let (binding, other) = (binding(&region, 1), binding(&region, 2));
    let cache = OpenKeys::new(100);

    let ticket = cache.ticket();
    cache.forget(binding.version);
    let key = cache.keep(ticket, binding.version, open_key(&pool, binding));
    let bytes = key.secret_key().unwrap().with(<[u8]>::to_vec);
    assert_eq!(bytes, [1; 32], "whoever opened it may use it");
    drop(key);
    assert_eq!(pool.report().keys, 0, "and then it is wiped");

    for binding in [binding, other] {
        cache.keep(cache.ticket(), binding.version, open_key(&pool, binding));
    }
    assert_eq!(pool.report().keys, 2);
    cache.forget(binding.version);
    let material = material();
    let get = |binding| {
        cache.get(&Sealed {
            material: &material,
            binding,
        })
    };
    assert!(get(binding).is_none());
    assert!(get(other).is_some(), "others stay");
}

#[test]
fn the_cache_is_bounded() {
    let pool = LockedPool::new().unwrap();
    let region = region();
    for (capacity, most) in [(0, 0), (1, 1), (64, 64)] {
        let cache = OpenKeys::new(capacity);
        for number in 0..=u8::MAX {
            let binding = binding(&region, number);
            cache.keep(cache.ticket(), binding.version, open_key(&pool, binding));
        }
        let kept = pool.report().keys;
        assert!(kept <= most, "capacity {capacity} keeps {kept}");
        assert!(kept * 2 >= most, "capacity {capacity} keeps only {kept}");
    }
}

/// Ten thousand secret keys and more are open at once, so none may take more room than it needs.
#[test]
fn an_open_secret_key_is_small() {
    assert!(size_of::<OpenKey>() <= 152, "{} bytes", size_of::<OpenKey>());
}

#[test]
fn key_pairs_take_the_place_of_several_secret_keys() {
    let region = region();
    let kind = Kind::of(KeySpec::EcP256).unwrap();
    let encoded = kind.generate().unwrap();
    let material = Material(Box::new([0; 200]));
    let cache = OpenKeys::new(64);
    let bindings: Vec<_> = (0..=u8::MAX)
        .map(|number| Binding {
            spec: KeySpec::EcP256,
            ..binding(&region, number)
        })
        .collect();
    let sealed = |binding| Sealed {
        material: &material,
        binding,
    };
    for &binding in &bindings {
        let pair = Held::Pair(Box::new(kind.open(&encoded).unwrap()));
        cache.keep(
            cache.ticket(),
            binding.version,
            OpenKey::new(&sealed(binding), pair),
        );
    }
    let kept = bindings
        .iter()
        .filter(|binding| cache.get(&sealed(**binding)).is_some())
        .count();
    assert!((1..=64 / 7).contains(&kept), "keeps {kept}");
}
