//! Pages of memory that hold one secret each: the only file of this room with `unsafe`.
//!
//! A secret has a whole mapping to itself, so that it can be kept out of swap (`mlock`), out of core dumps
//! (`MADV_DONTDUMP`) and out of child processes (`MADV_WIPEONFORK`) without touching a neighbour, and so that it never
//! moves: no reallocation leaves a copy behind. Where the system refuses a protection the page still works and says so.

#![expect(unsafe_code, reason = "mapping and locking pages is only offered as unsafe calls")]

use std::io;
use std::ptr::{self, NonNull};
use std::slice;

#[cfg(target_os = "linux")]
use rustix::mm::{Advice, madvise};
use rustix::mm::{MapFlags, ProtFlags, mlock, mmap_anonymous, munmap};
use zeroize::Zeroize;

/// Bytes mapped per secret; the kernel rounds up to its own page size.
const PAGE_LEN: usize = 4096;

/// Which protections the system granted to a secret in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protection {
    /// The page cannot be swapped out.
    pub locked: bool,
    /// The page is left out of core dumps.
    pub undumped: bool,
    /// A forked child sees zeros instead of the page.
    pub unforked: bool,
}

/// One private mapping with `len` usable bytes, wiped and unmapped on drop.
pub(super) struct Page {
    start: NonNull<u8>,
    len: usize,
    protection: Protection,
}

// SAFETY: a Page owns its mapping alone, like a Box<[u8]>; nothing in it is tied to the thread that made it.
unsafe impl Send for Page {}
// SAFETY: shared access only reads; every write goes through `&mut self`.
unsafe impl Sync for Page {}

impl Page {
    /// Maps a zeroed page with `len` usable bytes, at most 4096.
    pub(super) fn zeroed(len: usize) -> io::Result<Self> {
        if len > PAGE_LEN {
            return Err(io::Error::from(io::ErrorKind::InvalidInput));
        }
        // SAFETY: a new anonymous private mapping at an address of the kernel's choice overlaps nothing.
        let start = unsafe { mmap_anonymous(ptr::null_mut(), PAGE_LEN, ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE) }?;
        let protection = protect(start.cast());
        let start = NonNull::new(start.cast()).ok_or_else(|| io::Error::from(io::ErrorKind::OutOfMemory))?;
        Ok(Self { start, len, protection })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: `start` is a live mapping of PAGE_LEN >= len readable, initialised (zeroed) bytes owned by self.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `bytes`, writable, and `&mut self` makes the access exclusive.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }

    pub(super) fn protection(&self) -> Protection {
        self.protection
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.bytes_mut().zeroize();
        // SAFETY: the mapping was made in `zeroed` with this length and no reference outlives self. A failed unmap
        // leaks one wiped page, which is harmless.
        let _ = unsafe { munmap(self.start.as_ptr().cast(), PAGE_LEN) };
    }
}

fn protect(start: *mut u8) -> Protection {
    // SAFETY: the range is a mapping made by the caller; locking does not change its contents.
    let locked = unsafe { mlock(start.cast(), PAGE_LEN) }.is_ok();
    Protection { locked, undumped: keep_out_of_dumps(start), unforked: keep_from_children(start) }
}

#[cfg(target_os = "linux")]
fn keep_out_of_dumps(start: *mut u8) -> bool {
    // SAFETY: the advice only marks the caller's own mapping as not dumped.
    unsafe { madvise(start.cast(), PAGE_LEN, Advice::LinuxDontDump) }.is_ok()
}

#[cfg(target_os = "linux")]
fn keep_from_children(start: *mut u8) -> bool {
    // SAFETY: the advice acts on a forked child's copy only.
    unsafe { madvise(start.cast(), PAGE_LEN, Advice::LinuxWipeOnFork) }.is_ok()
}

#[cfg(not(target_os = "linux"))]
fn keep_out_of_dumps(_start: *mut u8) -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
fn keep_from_children(_start: *mut u8) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_page_starts_zeroed_and_keeps_what_is_written() {
        let mut page = Page::zeroed(40).unwrap();
        assert_eq!(page.bytes(), [0; 40]);
        page.bytes_mut().copy_from_slice(&[7; 40]);
        assert_eq!(page.bytes(), [7; 40]);
        assert!(Page::zeroed(PAGE_LEN + 1).is_err());
    }

    /// The kernel's own view of the mapping must agree with what we report: lo = locked, dd = not dumped, wf = wiped on fork.
    #[cfg(target_os = "linux")]
    #[test]
    fn reported_protection_is_what_the_kernel_applies() {
        let page = Page::zeroed(32).unwrap();
        let maps = fs::read_to_string("/proc/self/smaps").unwrap();
        let address = page.start.as_ptr() as u64;
        let mut inside = false;
        let mut flags = None;
        for line in maps.lines() {
            if let Some((low, high)) = line.split(' ').next().and_then(|range| range.split_once('-'))
                && let (Ok(low), Ok(high)) = (u64::from_str_radix(low, 16), u64::from_str_radix(high, 16))
            {
                inside = (low..high).contains(&address);
            }
            if inside && let Some(found) = line.strip_prefix("VmFlags:") {
                flags = Some(found.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
            }
        }
        let flags = flags.expect("the page is in the process's own map");
        let has = |flag: &str| flags.iter().any(|found| found == flag);
        let told = page.protection();
        assert_eq!((told.locked, told.undumped, told.unforked), (has("lo"), has("dd"), has("wf")));
    }
}
