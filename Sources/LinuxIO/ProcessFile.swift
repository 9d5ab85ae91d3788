// How a tool finds the daemon that serves a state directory: by a lock on a file, which the kernel takes back when
// the process ends, so that no number of a process that is gone is ever believed.

internal import Glibc

/// A locked file with the process's number in it, for as long as the object lives.
///
/// The lock belongs to the process and to the file (fcntl, not flock), because only such a lock tells others who
/// holds it. So the process must not open and close the file a second time: closing would give the lock back.
public final class ProcessFile: Sendable {
    private let file: Descriptor

    /// Locks the file, made when missing, and writes the process's number into it.
    ///
    /// - Throws: ``Errno``; ``Errno/wouldBlock`` or ``Errno/notPermitted`` when another process holds it.
    public init(path: String) throws(Errno) {
        let file = Descriptor(owning: try retrying { Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644) })
        var lock = flock(l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
        let raw = file.rawValue
        _ = try retrying { fcntl(raw, F_SETLK, &lock) }
        _ = try retrying { ftruncate(raw, 0) }
        let text = Array("\(getpid())\n".utf8)
        _ = try retrying { text.withUnsafeBytes { Glibc.pwrite(raw, $0.baseAddress, $0.count, 0) } }
        self.file = file
    }

    /// The process that holds the file; nil when none does or there is no file.
    ///
    /// - Throws: ``Errno``, such as ``Errno/notPermitted``.
    public static func holder(of path: String) throws(Errno) -> Int32? {
        let file: Descriptor
        do throws(Errno) {
            file = Descriptor(owning: try retrying { Glibc.open(path, O_RDONLY | O_CLOEXEC) })
        } catch {
            if error == .notFound { return nil }
            throw error
        }
        var lock = flock(l_type: Int16(F_RDLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
        let raw = file.rawValue
        _ = try retrying { fcntl(raw, F_GETLK, &lock) }
        return lock.l_type == Int16(F_UNLCK) ? nil : lock.l_pid
    }

    /// Sends SIGHUP: take what changed on disk.
    ///
    /// - Throws: ``Errno``: the process is gone, or belongs to another user.
    public static func hangUp(_ process: Int32) throws(Errno) {
        precondition(process > 1, "a number of 1 or less means other processes than one daemon")
        _ = try retrying { kill(process, SIGHUP) }
    }
}
