//! Closed segments, compressed: blocked gzip, which any gzip reader reads, and in which a reader can find its place.
//!
//! A file is a row of gzip members. All but the last two hold exactly [`BLOCK`] plain bytes, the one before the last may
//! hold fewer, and the last is the empty one that marks the end.
//!
//! SOURCE: RFC 1952 (gzip), RFC 1951 (deflate), and section 4.1 of the SAM specification (BGZF), which says what the
//! extra field `BC` holds: the size of the member minus 1.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::fs::FileExt;

use flate2::{Compress, Compression, Crc, Decompress, FlushCompress, FlushDecompress, Status};

/// Plain bytes of a block. Even stored as they are, they make a member below 64 KiB.
pub(crate) const BLOCK: usize = 0xff00;

/// The fixed bytes of a member: gzip, deflate, an extra field, no time, no flags, no system, six extra bytes: `BC`, two
/// bytes. The size follows.
const FIXED: &[u8; 16] = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0";
const HEADER: usize = 18;
/// Checksum and length of the plain bytes.
const TRAILER: usize = 8;
const MAX_MEMBER: usize = 1 << 16;

/// How hard deflate tries. Records repeat so much that 2 gives files within 2 % of what 6 gives, in two thirds of the
/// time; 1 takes a third of it, for files half as long again.
const LEVEL: u32 = 2;

/// The empty member at the end.
const END: &[u8; 28] = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0\x1b\0\x03\0\0\0\0\0\0\0\0\0";

/// Compresses all of `from`.
pub(crate) fn pack(from: &mut dyn Read, to: &mut dyn Write) -> io::Result<()> {
    let mut deflate = Compress::new(Compression::new(LEVEL), false);
    let mut plain = Vec::with_capacity(BLOCK);
    let mut member = Vec::with_capacity(MAX_MEMBER);
    loop {
        plain.clear();
        (&mut *from).take(BLOCK as u64).read_to_end(&mut plain)?;
        if plain.is_empty() {
            break;
        }
        encode(&mut deflate, &plain, &mut member)?;
        to.write_all(&member)?;
    }
    to.write_all(END)
}

/// Makes a member of at most [`BLOCK`] bytes.
fn encode(deflate: &mut Compress, plain: &[u8], member: &mut Vec<u8>) -> io::Result<()> {
    member.clear();
    member.extend_from_slice(FIXED);
    member.extend_from_slice(&[0; 2]);
    deflate.reset();
    // Room for what is no longer than the plain bytes; what gets longer is stored.
    let mut body = Vec::with_capacity(plain.len());
    match deflate.compress_vec(plain, &mut body, FlushCompress::Finish) {
        Ok(Status::StreamEnd) => member.extend_from_slice(&body),
        _ => store(plain, member)?,
    }
    let mut crc = Crc::new();
    crc.update(plain);
    member.extend_from_slice(&crc.sum().to_le_bytes());
    member.extend_from_slice(&crc.amount().to_le_bytes());
    let size = u16::try_from(member.len() - 1).map_err(|_| ErrorKind::FileTooLarge)?;
    if let Some(place) = member.get_mut(FIXED.len()..HEADER) {
        place.copy_from_slice(&size.to_le_bytes());
    }
    Ok(())
}

/// One stored block, the last of its stream (RFC 1951, section 3.2.4).
fn store(plain: &[u8], member: &mut Vec<u8>) -> io::Result<()> {
    let length = u16::try_from(plain.len()).map_err(|_| ErrorKind::FileTooLarge)?;
    member.push(1);
    member.extend_from_slice(&length.to_le_bytes());
    member.extend_from_slice(&(!length).to_le_bytes());
    member.extend_from_slice(plain);
    Ok(())
}

/// Bytes of the whole member that begins so; nothing if it is none of ours.
fn member_size(header: &[u8; HEADER]) -> Option<usize> {
    let [low, high] = header.strip_prefix(FIXED)? else {
        return None;
    };
    let size = usize::from(u16::from_le_bytes([*low, *high])) + 1;
    (size >= END.len()).then_some(size)
}

/// The plain bytes of a whole member. Anything else than what [`encode`] may have made is `InvalidData`.
fn decode(inflate: &mut Decompress, member: &[u8], plain: &mut Vec<u8>) -> io::Result<()> {
    plain.clear();
    // One byte more than fits, so that a member which holds too much is seen.
    plain.reserve_exact(BLOCK + 1);
    let end = member.len().saturating_sub(TRAILER);
    let body = member.get(HEADER..end).ok_or_else(bad)?;
    let (crc, length) = member
        .get(end..)
        .and_then(|trailer| trailer.split_first_chunk::<4>())
        .ok_or_else(bad)?;
    inflate.reset(false);
    let status = inflate.decompress_vec(body, plain, FlushDecompress::Finish);
    let whole = matches!(status, Ok(Status::StreamEnd)) && inflate.total_in() == body.len() as u64;
    let mut sum = Crc::new();
    sum.update(plain);
    if whole
        && sum.sum().to_le_bytes() == *crc
        && sum.amount().to_le_bytes() == length
        && plain.len() <= BLOCK
    {
        Ok(())
    } else {
        Err(bad())
    }
}

/// The bytes are not those of a packed segment.
fn bad() -> io::Error {
    ErrorKind::InvalidData.into()
}

/// A file that ends inside a member is as bad as one that holds something else.
fn cut(error: io::Error) -> io::Error {
    if error.kind() == ErrorKind::UnexpectedEof {
        bad()
    } else {
        error
    }
}

/// Reads a packed segment from front to back. What is not a packed segment is `InvalidData`.
pub(crate) struct Unpacker {
    reader: BufReader<File>,
    inflate: Decompress,
    member: Vec<u8>,
    plain: Vec<u8>,
    /// How much of `plain` was consumed.
    used: usize,
    /// The next member has to be the one that marks the end.
    last: bool,
    ended: bool,
}

impl Unpacker {
    pub(crate) fn new(file: File) -> Self {
        Self {
            reader: BufReader::with_capacity(256 * 1024, file),
            inflate: Decompress::new(false),
            member: Vec::new(),
            plain: Vec::new(),
            used: 0,
            last: false,
            ended: false,
        }
    }

    fn next_block(&mut self) -> io::Result<()> {
        let mut header = [0; HEADER];
        self.reader.read_exact(&mut header).map_err(cut)?;
        let size = member_size(&header).ok_or_else(bad)?;
        self.member.clear();
        self.member.extend_from_slice(&header);
        self.member.resize(size, 0);
        let rest = self.member.get_mut(HEADER..).unwrap_or_default();
        self.reader.read_exact(rest).map_err(cut)?;
        self.used = 0;
        if self.member == END {
            self.plain.clear();
            self.ended = true;
            return if self.reader.fill_buf()?.is_empty() {
                Ok(())
            } else {
                Err(bad())
            };
        }
        decode(&mut self.inflate, &self.member, &mut self.plain)?;
        if self.last || self.plain.is_empty() {
            return Err(bad());
        }
        self.last = self.plain.len() < BLOCK;
        Ok(())
    }
}

impl BufRead for Unpacker {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.used >= self.plain.len() && !self.ended {
            self.next_block()?;
        }
        Ok(self.plain.get(self.used..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.used = self.used.saturating_add(amount).min(self.plain.len());
    }
}

impl Read for Unpacker {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

/// Where the blocks of a packed segment begin.
pub(crate) struct Table(Vec<u64>);

impl Table {
    /// Walks over the headers of all members.
    pub(crate) fn read(file: &File) -> io::Result<Self> {
        let mut starts = Vec::new();
        let mut at = 0;
        let size = file.metadata()?.len();
        while at < size {
            let mut header = [0; HEADER];
            file.read_exact_at(&mut header, at).map_err(cut)?;
            starts.push(at);
            at += member_size(&header).ok_or_else(bad)? as u64;
        }
        Ok(Self(starts))
    }

    /// Reads block `number`, from 0; an empty one at and after the end.
    pub(crate) fn block(&self, file: &File, number: u64, plain: &mut Vec<u8>) -> io::Result<()> {
        plain.clear();
        let Some(start) = usize::try_from(number).ok().and_then(|number| self.0.get(number)) else {
            return Ok(());
        };
        let mut header = [0; HEADER];
        file.read_exact_at(&mut header, *start).map_err(cut)?;
        let mut member = vec![0; member_size(&header).ok_or_else(bad)?];
        file.read_exact_at(&mut member, *start).map_err(cut)?;
        decode(&mut Decompress::new(false), &member, plain)
    }
}

#[cfg(test)]
mod tests;
