import Glibc
import LinuxIO
import Testing

@Suite("Watching a directory", .timeLimit(.minutes(5)))
struct DirectoryWatchTests {
    @Test("a rename that happened before the wait is not missed; neither is a bell")
    func wakes() throws {
        var template = Array("/tmp/sosgateway-watch-XXXXXX".utf8CString)
        let made = try #require(mkdtemp(&template))
        let path = String(cString: made)
        defer { rmdir(path) }
        let bell = try EventFD()
        let watch = try DirectoryWatch(path)
        let directory = try Files.openDirectory(path)
        _ = try Files.open("a", in: directory, access: .readWrite, presence: .mustNotExist)
        try Files.rename("a", to: "b", in: directory)
        // Without the rename these would end only with the time limit.
        watch.wait(or: bell, timeoutMs: -1)
        bell.signal()
        watch.wait(or: bell, timeoutMs: -1)
        bell.drain()
        // The rename is forgotten: only time ends this one.
        watch.wait(or: bell, timeoutMs: 1)
        try Files.unlink("b", in: directory)
    }

    @Test("a directory that is not there is an error")
    func missing() {
        #expect(throws: Errno.notFound) { _ = try DirectoryWatch("/tmp/sosgateway-no-such-directory") }
    }
}
