// System calls for files, in one place: interrupted calls are made again, short transfers are continued,
// and every refusal is a typed Errno. Names are taken relative to an open directory, so that a renamed
// parent or a changed working directory cannot lead elsewhere. Whether to sync is the caller's decision.

internal import Glibc

/// File operations. Each may block for as long as the disk does; none is for the alert path except
/// through the journal's own thread.
public enum Files {
    /// What a descriptor may be used for.
    public enum Access: Sendable {
        case readOnly
        case readWrite

        fileprivate var flags: Int32 { self == .readOnly ? O_RDONLY : O_RDWR }
    }

    /// Whether the file has to be there already.
    public enum Presence: Sendable {
        /// `ENOENT` when it is missing.
        case mustExist
        /// `EEXIST` when it is there.
        case mustNotExist
        /// Made when it is missing; otherwise emptied.
        case emptied

        fileprivate var flags: Int32 {
            switch self {
            case .mustExist: 0
            case .mustNotExist: O_CREAT | O_EXCL
            case .emptied: O_CREAT | O_TRUNC
            }
        }
    }

    /// Opens a directory, to name files in it, sync it or lock it.
    ///
    /// - Throws: ``Errno``; `ENOTDIR` when the path is something else.
    public static func openDirectory(_ path: String) throws(Errno) -> Descriptor {
        Descriptor(owning: try retrying { Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
    }

    /// Opens a file in a directory; a symbolic link is refused with `ELOOP`.
    ///
    /// - Parameter mode: permissions of a file that is made, before the process's mask.
    /// - Throws: ``Errno``.
    public static func open(
        _ name: String, in directory: borrowing Descriptor, access: Access, presence: Presence = .mustExist,
        mode: UInt32 = 0o600
    ) throws(Errno) -> Descriptor {
        let parent = directory.rawValue
        let flags = access.flags | presence.flags | O_CLOEXEC | O_NOFOLLOW
        return Descriptor(owning: try retrying { openat(parent, name, flags, mode) })
    }

    /// Makes a directory; its parent must exist.
    ///
    /// - Throws: ``Errno``; ``Errno/exists`` when something has that name.
    public static func makeDirectory(_ path: String, mode: UInt32 = 0o700) throws(Errno) {
        _ = try retrying { mkdir(path, mode) }
    }

    /// Names in a directory without `.` and `..`, in no order.
    ///
    /// - Throws: ``Errno``.
    public static func list(_ directory: borrowing Descriptor) throws(Errno) -> [String] {
        let parent = directory.rawValue
        // A description of its own: reading a directory moves its position.
        let copy = try retrying { openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard let stream = fdopendir(copy) else {
            let error = Errno.last
            _ = close(copy)
            throw error
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw Errno.last }
                return names
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) {
                    String(cString: $0)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
    }

    /// Bytes in a file.
    ///
    /// - Throws: ``Errno``.
    public static func size(of file: borrowing Descriptor) throws(Errno) -> Int {
        var status = stat()
        let raw = file.rawValue
        _ = try retrying { fstat(raw, &status) }
        return Int(status.st_size)
    }

    /// Gives a file another name in the same directory; a file of that name is replaced at once.
    ///
    /// Durable only after ``syncDirectory(_:)``.
    /// - Throws: ``Errno``.
    public static func rename(
        _ name: String, to newName: String, in directory: borrowing Descriptor
    ) throws(Errno) {
        let parent = directory.rawValue
        _ = try retrying { renameat(parent, name, parent, newName) }
    }

    /// Removes a file's name.
    ///
    /// - Throws: ``Errno``; ``Errno/notFound`` when there is none.
    public static func unlink(_ name: String, in directory: borrowing Descriptor) throws(Errno) {
        let parent = directory.rawValue
        _ = try retrying { unlinkat(parent, name, 0) }
    }

    /// Takes an exclusive lock for the life of the descriptor, without waiting.
    ///
    /// The kernel gives it back when the process ends, however it ends.
    /// - Returns: false when another open description holds it.
    /// - Throws: ``Errno``.
    public static func lock(_ file: borrowing Descriptor) throws(Errno) -> Bool {
        let raw = file.rawValue
        do throws(Errno) {
            _ = try retrying { flock(raw, LOCK_EX | LOCK_NB) }
            return true
        } catch {
            guard error == .wouldBlock else { throw error }
            return false
        }
    }
}

extension Files {
    /// Reads at a place until `buffer` is full or the file ends; the descriptor's position stays.
    ///
    /// - Returns: bytes read, less than `buffer.count` only at the end of the file.
    /// - Throws: ``Errno``.
    public static func pread(
        _ file: borrowing Descriptor, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(Errno) -> Int {
        let raw = file.rawValue
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = try retrying { Glibc.pread(raw, rest.baseAddress, rest.count, off_t(offset + done)) }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Writes all of `bytes` at a place; the descriptor's position stays.
    ///
    /// - Throws: ``Errno``. Part of the bytes may be written then.
    public static func pwrite(
        _ file: borrowing Descriptor, at offset: Int, _ bytes: UnsafeRawBufferPointer
    ) throws(Errno) {
        let raw = file.rawValue
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = try retrying { Glibc.pwrite(raw, rest.baseAddress, rest.count, off_t(offset + done)) }
            // A regular file that takes nothing and says nothing would loop for ever.
            guard count > 0 else { throw .inputOutput }
            done += count
        }
    }

    /// Writes two pieces one behind the other at a place in one system call where the kernel takes all.
    ///
    /// - Throws: ``Errno``. Part of the bytes may be written then.
    public static func pwritev(
        _ file: borrowing Descriptor, at offset: Int, _ first: UnsafeRawBufferPointer,
        _ second: UnsafeRawBufferPointer
    ) throws(Errno) {
        let raw = file.rawValue
        let total = first.count + second.count
        let count = try retrying {
            // The kernel only reads through these pointers; iovec has no constant form.
            let parts = (
                iovec(iov_base: UnsafeMutableRawPointer(mutating: first.baseAddress), iov_len: first.count),
                iovec(iov_base: UnsafeMutableRawPointer(mutating: second.baseAddress), iov_len: second.count)
            )
            return withUnsafeBytes(of: parts) { memory in
                Glibc.pwritev(raw, memory.assumingMemoryBound(to: iovec.self).baseAddress, 2, off_t(offset))
            }
        }
        guard count < total else { return }
        let inFirst = min(count, first.count)
        try pwrite(file, at: offset + inFirst, UnsafeRawBufferPointer(rebasing: first[inFirst...]))
        let inSecond = count - inFirst
        try pwrite(
            file, at: offset + first.count + inSecond, UnsafeRawBufferPointer(rebasing: second[inSecond...]))
    }

    /// Reserves blocks for a range and grows the file to hold it; the bytes read as zeros.
    ///
    /// - Throws: ``Errno``; ``Errno/noSpace`` when the disk has no room.
    public static func fallocate(
        _ file: borrowing Descriptor, from offset: Int, bytes: Int
    ) throws(Errno) {
        while true {
            let status = posix_fallocate(file.rawValue, off_t(offset), off_t(bytes))
            if status == 0 { return }
            if status != EINTR { throw Errno(code: status) }
        }
    }

    /// Cuts or grows a file.
    ///
    /// - Throws: ``Errno``.
    public static func ftruncate(_ file: borrowing Descriptor, to bytes: Int) throws(Errno) {
        let raw = file.rawValue
        _ = try retrying { Glibc.ftruncate(raw, off_t(bytes)) }
    }

    /// Waits until the file's bytes, and what is needed to find them, are on stable storage.
    ///
    /// An error may mean that written bytes are gone although later calls succeed: it is final for the
    /// file, never to be tried again.
    /// - Throws: ``Errno``.
    public static func fdatasync(_ file: borrowing Descriptor) throws(Errno) {
        let raw = file.rawValue
        _ = try retrying { Glibc.fdatasync(raw) }
    }

    /// Waits until the names in a directory are on stable storage.
    ///
    /// - Throws: ``Errno``.
    public static func syncDirectory(_ directory: borrowing Descriptor) throws(Errno) {
        let raw = directory.rawValue
        _ = try retrying { fsync(raw) }
    }

    /// Puts a small file in place so that a reader, or a crash at any moment, meets the old content or the
    /// new one, never a part. Durable when it returns.
    ///
    /// - Parameter path: the file's directory must exist; `<path>.new` beside it is used on the way.
    /// - Throws: ``Errno``.
    public static func replace(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o600) throws(Errno) {
        let cut = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let parent = cut.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let name = cut.map { String(path[path.utf8.index(after: $0)...]) } ?? path
        let directory = try openDirectory(parent)
        let file = try open("\(name).new", in: directory, access: .readWrite, presence: .emptied, mode: mode)
        let raw = file.rawValue
        // Permissions do not depend on the process's mask or on what a crash left there.
        _ = try retrying { fchmod(raw, mode) }
        var failure: Errno?
        bytes.withUnsafeBytes { content in
            do throws(Errno) { try pwrite(file, at: 0, content) } catch { failure = error }
        }
        if let failure { throw failure }
        _ = try retrying { fsync(raw) }
        try rename("\(name).new", to: name, in: directory)
        try syncDirectory(directory)
    }
}
