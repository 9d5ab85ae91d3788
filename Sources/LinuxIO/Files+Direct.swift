// Writing past the kernel's memory: one system call from the program's bytes to stable storage.

internal import CLinux
internal import Glibc

extension Files {
    /// Opens an existing file for ``pwriteDurably(_:at:_:)`` without the kernel's page cache (`O_DIRECT`).
    ///
    /// - Throws: ``Errno``; ``Errno/badArgument`` where the file system cannot do that.
    public static func openDirect(_ name: String, in directory: borrowing Descriptor) throws(Errno) -> Descriptor {
        let parent = directory.rawValue
        let flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | clinux_direct_flag()
        return Descriptor(owning: try retrying { openat(parent, name, flags) })
    }

    /// Writes all of `bytes` at a place and waits until they, and what is needed to find them, are on stable
    /// storage (`pwritev2` with `RWF_DSYNC`).
    ///
    /// With a descriptor of ``openDirect(_:in:)`` address, size and place must be multiples of the device's block.
    /// An error may mean that part of the bytes is written; it is final for the file, never to be tried again.
    /// - Returns: false when the kernel refused to write this way before it wrote anything: not aligned to the
    ///   device's block, or not offered by the file system. Another way may be taken then.
    /// - Throws: ``Errno``.
    public static func pwriteDurably(
        _ file: borrowing Descriptor, at offset: Int, _ bytes: UnsafeRawBufferPointer
    ) throws(Errno) -> Bool {
        let raw = file.rawValue
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            do throws(Errno) {
                let count = try retrying {
                    clinux_pwrite_durably(raw, rest.baseAddress, rest.count, off_t(offset + done))
                }
                // A regular file that takes nothing and says nothing would loop for ever.
                guard count > 0 else { throw .inputOutput }
                done += count
            } catch {
                guard done == 0, error == .badArgument || error.code == EOPNOTSUPP else { throw error }
                return false
            }
        }
        return true
    }

    /// Tells the kernel that nobody will read a file's bytes soon: its memory may be used for others. Only a hint.
    public static func forgetCached(_ file: borrowing Descriptor) {
        _ = posix_fadvise(file.rawValue, 0, 0, POSIX_FADV_DONTNEED)
    }
}
