import Foundation
import LinuxIO
import Testing

@Suite("Process file")
struct ProcessFileTests {
    @Test("a file that nobody holds, that is missing or may not be read")
    func nobody() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "process-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(try ProcessFile.holder(of: path) == nil)
        try Data("4711\n".utf8).write(to: URL(filePath: path))
        #expect(try ProcessFile.holder(of: path) == nil, "a number in the file is not believed")
    }

    @Test("the holder's number stands in the file, whatever stood there; asking does not change who holds it")
    func holder() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "process-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("a longer text than a number\n".utf8).write(to: URL(filePath: path))
        let file = try ProcessFile(path: path)
        let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        #expect(text == "\(ProcessInfo.processInfo.processIdentifier)\n")
        withExtendedLifetime(file) {}
        // That another process is told the holder is seen end to end: sosctl registry import --notify.
        #expect(throws: Errno.self) { try ProcessFile(path: "\(path)/none") }
    }
}
