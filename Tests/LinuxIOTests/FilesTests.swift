import Glibc
import LinuxIO
import Testing

@Suite("Files")
struct FilesTests {
    private let path: String
    private let directory: OpenDirectory

    /// Removes what a test leaves.
    private final class OpenDirectory: Sendable {
        let descriptor: Descriptor
        let path: String
        init(_ path: String) throws {
            self.path = path
            descriptor = try Files.openDirectory(path)
        }
        deinit {
            for name in (try? Files.list(descriptor)) ?? [] { try? Files.unlink(name, in: descriptor) }
            rmdir(path)
        }
    }

    init() throws {
        var template = Array("/tmp/sosgateway-files-XXXXXX".utf8CString)
        path = String(cString: try #require(mkdtemp(&template)))
        directory = try OpenDirectory(path)
    }

    /// The error number that a call ends with; nil when it succeeds.
    private func errno(_ body: () throws -> Void) throws -> Int32? {
        do {
            try body()
            return nil
        } catch let error as Errno {
            return error.code
        }
    }

    private func bytes(of file: borrowing Descriptor, count: Int, at offset: Int = 0) throws(Errno) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 8)
        defer { buffer.deallocate() }
        let read = try Files.pread(file, at: offset, into: buffer)
        return Array(buffer[..<read])
    }

    /// The bytes in memory of their own; the caller gives it back.
    private func memory(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
        buffer.copyBytes(from: bytes)
        return UnsafeRawBufferPointer(buffer)
    }

    @Test("what is written at a place is read there, and reading stops at the end")
    func readAndWrite() throws {
        let file = try Files.open("a", in: directory.descriptor, access: .readWrite, presence: .mustNotExist)
        let content = memory([1, 0, 0])
        defer { content.deallocate() }
        try Files.pwrite(file, at: 5, content)
        let found1 = try Files.size(of: file)
        #expect(found1 == 8)
        let found2 = try bytes(of: file, count: 100)
        #expect(found2 == [0, 0, 0, 0, 0, 1, 0, 0])
        let found3 = try bytes(of: file, count: 3, at: 5)
        #expect(found3 == [1, 0, 0])
        let found4 = try bytes(of: file, count: 3, at: 50)
        #expect(found4 == [])
    }

    @Test("two pieces go one behind the other, at any size")
    func vectored() throws {
        let file = try Files.open("a", in: directory.descriptor, access: .readWrite, presence: .mustNotExist)
        for (first, second) in [(0, 0), (0, 3), (3, 0), (5000, 70_000)] {
            let left = [UInt8](repeating: 1, count: first)
            let right = [UInt8](repeating: 2, count: second)
            let (leftMemory, rightMemory) = (memory(left), memory(right))
            defer {
                leftMemory.deallocate()
                rightMemory.deallocate()
            }
            try Files.pwritev(file, at: 10, leftMemory, rightMemory)
            let found = try bytes(of: file, count: first + second, at: 10)
            #expect(found == left + right)
        }
    }

    @Test("presence means what it says")
    func presence() throws {
        #expect(
            try errno {
                _ = try Files.open("a", in: directory.descriptor, access: .readOnly)
            } == ENOENT)
        let file = try Files.open("a", in: directory.descriptor, access: .readWrite, presence: .mustNotExist)
        try Files.fallocate(file, from: 0, bytes: 10)
        #expect(
            try errno {
                _ = try Files.open("a", in: directory.descriptor, access: .readWrite, presence: .mustNotExist)
            } == EEXIST)
        let emptied = try Files.open("a", in: directory.descriptor, access: .readWrite, presence: .emptied)
        let found5 = try Files.size(of: emptied)
        #expect(found5 == 0)
        let reader = try Files.open("a", in: directory.descriptor, access: .readOnly)
        let content = memory([1])
        defer { content.deallocate() }
        do throws(Errno) {
            try Files.pwrite(reader, at: 0, content)
            Issue.record("written")
        } catch { #expect(error.code == EBADF) }
        symlink("a", "\(path)/link")
        #expect(
            try errno {
                _ = try Files.open("link", in: directory.descriptor, access: .readOnly)
            } == ELOOP)
    }

    @Test("reserving reads as zeros, and more than any disk has is a typed refusal")
    func reserving() throws {
        let file = try Files.open("a", in: directory.descriptor, access: .readWrite, presence: .emptied)
        try Files.fallocate(file, from: 0, bytes: 5000)
        let found6 = try bytes(of: file, count: 9000)
        #expect(found6 == [UInt8](repeating: 0, count: 5000))
        do throws(Errno) {
            try Files.fallocate(file, from: 0, bytes: 1 << 62)
            Issue.record("reserved")
        } catch { #expect(error == .noSpace || error.code == EFBIG) }
        try Files.ftruncate(file, to: 7)
        let found7 = try Files.size(of: file)
        #expect(found7 == 7)
        try Files.fdatasync(file)
    }

    @Test("names are listed, changed and removed")
    func names() throws {
        for name in ["a", "b"] {
            _ = try Files.open(name, in: directory.descriptor, access: .readWrite, presence: .emptied)
        }
        #expect(try Files.list(directory.descriptor).sorted() == ["a", "b"])
        try Files.rename("a", to: "b", in: directory.descriptor)
        try Files.syncDirectory(directory.descriptor)
        #expect(try Files.list(directory.descriptor) == ["b"])
        try Files.unlink("b", in: directory.descriptor)
        #expect(try Files.list(directory.descriptor) == [])
        #expect(try errno { try Files.unlink("b", in: directory.descriptor) } == ENOENT)
        #expect(try errno { try Files.makeDirectory(path) } == EEXIST)
        #expect(try errno { _ = try Files.openDirectory("/dev/null") } == ENOTDIR)
    }

    @Test("a lock is held by one descriptor at a time and ends with it")
    func locking() throws {
        do {
            let first = try Files.openDirectory(path)
            let isLocked = try Files.lock(first)
            #expect(isLocked)
            #expect(try !Files.lock(directory.descriptor))
        }
        #expect(try Files.lock(directory.descriptor))
    }

    @Test("a small file is replaced as a whole, with its permissions")
    func replacing() throws {
        for content in [[1, 2, 3], [], [4]] as [[UInt8]] {
            try Files.replace("\(path)/status", with: content, mode: 0o644)
            let file = try Files.open("status", in: directory.descriptor, access: .readOnly)
            let found8 = try bytes(of: file, count: 10)
            #expect(found8 == content)
            var status = stat()
            fstat(file.rawValue, &status)
            #expect(status.st_mode & 0o777 == 0o644)
        }
        #expect(try Files.list(directory.descriptor) == ["status"])
    }
}
