import AlertModel
import Glibc
import LinuxIO
import Testing

@testable import UnitTransport

@Suite("Ticket key file")
struct TicketKeyFileTests {
    private static let now = WallTime(nanoseconds: 1_795_000_000_000_000_000)

    /// A directory for one test, gone with it.
    private final class Folder {
        let path: String
        init() throws {
            var template = Array("/tmp/sos-tickets-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw TestFailure("mkdtemp: \(Errno(code: errno))") }
            path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        deinit {
            for name in ["keys", "keys.new", "link"] { unlink("\(path)/\(name)") }
            rmdir(path)
        }
        var file: String { "\(path)/keys" }
        var mode: UInt32 {
            var status = stat()
            return stat(file, &status) == 0 ? status.st_mode & 0o7777 : 0
        }
    }

    private func failure(_ folder: Folder, file: String? = nil) -> TLSError? {
        do throws(TLSError) {
            _ = try TicketKeys(path: file ?? folder.file, now: Self.now)
            return nil
        } catch {
            return error
        }
    }

    @Test("is made for its owner only, whatever the mask, and read back as it was")
    func made() throws {
        let folder = try Folder()
        let keys = try TicketKeys(path: folder.file, now: Self.now)
        #expect(folder.mode == 0o600)
        let secrets = keys.secrets
        #expect(secrets.previous == nil)
        #expect(secrets.current.bytes.count == 32)
        #expect(try TicketKeyFile.read(folder.file) == secrets)
        let later = WallTime(nanoseconds: Self.now.nanoseconds + 12 * 3_600 * 1_000_000_000)
        #expect(try keys.refresh(now: later))
        #expect(keys.secrets.previous == secrets.current)
        #expect(keys.secrets.current.bytes != secrets.current.bytes)
        #expect(folder.mode == 0o600)
    }

    @Test("is refused when others may read it", arguments: [0o640, 0o604, 0o700, 0o666] as [UInt32])
    func permissions(mode: UInt32) throws {
        let folder = try Folder()
        _ = try TicketKeys(path: folder.file, now: Self.now)
        #expect(chmod(folder.file, mode) == 0)
        let error = try #require(failure(folder))
        #expect(error.reason == .ticketKeys)
        #expect("\(error)".contains(folder.file))
        #expect("\(error)".contains("0\(String(mode, radix: 8))"), "\(error)")
    }

    @Test(
        "is refused when it is damaged, and the text tells how",
        arguments: ["", "short", "long", "magic", "empty"])
    func damage(how: String) throws {
        let folder = try Folder()
        _ = try TicketKeys(path: folder.file, now: Self.now)
        var bytes = TicketKeyFile.encode(try #require(try TicketKeyFile.read(folder.file)))
        switch how {
        case "short": bytes.removeLast()
        case "long": bytes.append(0)
        case "magic": bytes[3] ^= 1
        case "empty": bytes.replaceSubrange(16..<48, with: repeatElement(0, count: 32))
        default: bytes = []
        }
        try Files.replace(folder.file, with: bytes)
        let error = try #require(failure(folder))
        let isSize = bytes.count != TicketKeyFile.bytesCount
        #expect("\(error)".contains(isSize ? "\(bytes.count) bytes" : "not a file of ticket keys"), "\(error)")
    }

    @Test("is not followed to elsewhere, and a directory is none")
    func links() throws {
        let folder = try Folder()
        _ = try TicketKeys(path: folder.file, now: Self.now)
        #expect(symlink(folder.file, "\(folder.path)/link") == 0)
        #expect(failure(folder, file: "\(folder.path)/link")?.reason == .ticketKeys)
        #expect(failure(folder, file: folder.path)?.reason == .ticketKeys)
        #expect(failure(folder, file: "\(folder.path)/no/keys")?.reason == .ticketKeys)
    }

    @Test("what goes wrong later is said once, and the secrets in force stay")
    func later() throws {
        let folder = try Folder()
        let keys = try TicketKeys(path: folder.file, now: Self.now)
        let secrets = keys.secrets
        #expect(chmod(folder.file, 0o644) == 0)
        #expect(throws: TLSError.self) { try keys.refresh(now: Self.now) }
        #expect(try !keys.refresh(now: Self.now))
        #expect(keys.secrets == secrets)
        #expect(chmod(folder.file, 0o600) == 0)
        #expect(try !keys.refresh(now: Self.now))
        #expect(unlink(folder.file) == 0)
        let later = WallTime(nanoseconds: Self.now.nanoseconds + 13 * 3_600 * 1_000_000_000)
        #expect(try keys.refresh(now: later))
        #expect(try TicketKeyFile.read(folder.file) == keys.secrets)
    }
}
