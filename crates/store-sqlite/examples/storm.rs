//! temp
use std::sync::Arc;
use std::time::Instant;
use claviger_model::*;
use claviger_store::*;
use claviger_store_sqlite::*;
#[derive(Debug)]
struct R(std::sync::atomic::AtomicU64);
impl Random for R { fn fill(&self, o: &mut [u8]) -> Result<(), RandomError> { for b in o { let n=self.0.fetch_add(0x9e3779b97f4a7c15, std::sync::atomic::Ordering::Relaxed); *b = ((n ^ (n>>31)).wrapping_mul(0xbf58476d1ce4e5b9) >> 40) as u8; } Ok(()) } }
fn main() {
    let dir = tempfile::tempdir_in(std::env::args().nth(1).unwrap()).unwrap();
    let n: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let store = Arc::new(SqliteStore::open(dir.path().join("s.db"), Options::default()).unwrap());
    let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let random = Arc::new(R(1.into()));
    let t = Instant::now();
    let scope = Scope { account: AccountId::draw(&*random).unwrap(), region: "cn-hangzhou".parse().unwrap() };
    rt.block_on(async {
        let mut tasks = Vec::new();
        for _ in 0..64 {
            let (store, random, scope) = (store.clone(), random.clone(), scope.clone());
            tasks.push(tokio::spawn(async move {
                for i in 0..n/64 {
                    let now = SystemClock.now();
                    let id = KeyId::draw(now, &*random).unwrap();
                    let v = KeyVersionId::draw(now, &*random).unwrap();
                    let key = Key { id, scope: scope.clone(), spec: KeySpec::Aes256, usage: Usage::EncryptDecrypt, origin: Origin::Generated, protection: ProtectionLevel::Software, creator: Creator::Account, created: now, state: KeyState::Enabled, description: format!("key {i}"), primary: Some(v), last_rotated: now, tags: Tags::default() };
                    let version = KeyVersion { id: v, key: id, scope: scope.clone(), created: now, material: Material(vec![7; 80].into()) };
                    store.create_key(key, Some(version), Draft(vec![b'x'; 600].into())).await.unwrap();
                }
            }));
        }
        let s2 = store.clone();
        let settler = tokio::spawn(async move {
            let mut after = 0;
            loop {
                let got = s2.outbox(after, 1000).await.unwrap();
                if let Some(last) = got.last() { after = last.number; s2.settle(after).await.unwrap(); } else { tokio::time::sleep(std::time::Duration::from_millis(1)).await; }
                if after as usize >= n/64*64 { break }
            }
        });
        for t in tasks { t.await.unwrap(); }
        let e = t.elapsed();
        println!("create {:.0}/s {:?}", n as f64 / e.as_secs_f64(), store.activity());
        settler.await.unwrap();
        let t = Instant::now();
        let p = store.keys(&scope, &KeyFilter::default(), Page { skip: 0, take: 10 }).await.unwrap();
        println!("list of {} {:?}", p.total, t.elapsed());
        let t = Instant::now();
        store.keys(&scope, &KeyFilter::default(), Page { skip: p.total - 10, take: 10 }).await.unwrap();
        println!("last page {:?}", t.elapsed());
        let t = Instant::now();
        let f = KeyFilter { all_of: vec![vec![KeyMatch::State(StateKind::Enabled)], vec![KeyMatch::TagKey("a".into()), KeyMatch::OfAccount(true)]] };
        store.keys(&scope, &f, Page { skip: 0, take: 10 }).await.unwrap();
        println!("filter {:?}", t.elapsed());
        let t = Instant::now();
        for _ in 0..10000 { store.key(&scope, p.items[3]).await.unwrap(); }
        println!("key {:?}", t.elapsed()/10000);
        let t = Instant::now();
        for _ in 0..200 { store.probe().await.unwrap(); }
        println!("probe {:?}", t.elapsed()/200);
        let rss = std::fs::read_to_string("/proc/self/status").unwrap(); println!("{}", rss.lines().find(|l| l.starts_with("VmRSS")).unwrap());
    });
}
