//! temp
use rusqlite::*;
fn main() {
    let dir = tempfile::tempdir_in("/dev/shm").unwrap();
    let p = dir.path().join("x");
    let c = Connection::open(&p).unwrap();
    c.execute_batch(include_str!("../migrations/0001_initial.sql")).unwrap();
    c.pragma_update(None, "journal_mode", "wal").unwrap_or(());
    c.pragma_update(None, "secure_delete", true).unwrap_or(());
    let order: Vec<u32> = (0..3000u32).map(|i| i.wrapping_mul(2654435761)).collect();
    for i in &order { let mut id=[0u8;16]; id[..4].copy_from_slice(&i.to_be_bytes());
      c.execute("insert into keys values (1,'r',?1,'a','b','c','d',null,1,'s',null,null,1,?2)", params![id, "d"]).unwrap();
      c.execute("insert into key_versions values (?1,1,'r',?1,1,?2)", params![id, format!("SECRET{i:010}").repeat(6).as_bytes()]).unwrap(); }
    for (n, i) in order.iter().enumerate() { let mut id=[0u8;16]; id[..4].copy_from_slice(&i.to_be_bytes());
        if n % 7 != 0 { c.execute("delete from key_versions where id=?1", [id]).unwrap(); } }
    let _: i64 = c.query_row("pragma wal_checkpoint(truncate)", [], |r| r.get(0)).unwrap();
    let b = std::fs::read(&p).unwrap();
    let live: i64 = c.query_row("select count(*) from key_versions", [], |r| r.get(0)).unwrap();
    let mut found = std::collections::HashSet::new();
    for w in b.windows(16) { if w.starts_with(b"SECRET") { found.insert(w.to_vec()); } }
    println!("live {live} distinct markers {} bytes {}", found.len(), b.len());
}
