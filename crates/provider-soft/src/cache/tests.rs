use claviger_model::Material;
use claviger_secret::LockedPool;

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

fn open_key(pool: &LockedPool<32>, binding: &Binding<'_>) -> OpenKey {
    OpenKey::new(binding, &[0; MATERIAL_LEN], pool.store(&[1; 32]).unwrap())
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
    let key = cache.keep(ticket, open_key(&pool, &binding));
    assert_eq!(key.expose(), &[1; 32], "whoever opened it may use it");
    drop(key);
    assert_eq!(pool.report().keys, 0, "and then it is wiped");

    cache.keep(cache.ticket(), open_key(&pool, &binding));
    cache.keep(cache.ticket(), open_key(&pool, &other));
    assert_eq!(pool.report().keys, 2);
    cache.forget(binding.version);
    let material = Material(Box::new([0; MATERIAL_LEN]));
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
            cache.keep(cache.ticket(), open_key(&pool, &binding(&region, number)));
        }
        let kept = pool.report().keys;
        assert!(kept <= most, "capacity {capacity} keeps {kept}");
        assert!(kept * 2 >= most, "capacity {capacity} keeps only {kept}");
    }
}
