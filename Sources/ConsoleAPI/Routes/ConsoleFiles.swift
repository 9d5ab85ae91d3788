// The web console's files, read once at start: no request ever names a path on the disk.

import Credentials
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Static files by their path in the address.
struct ConsoleFiles: Sendable {
    private struct File: Sendable {
        let body: ByteBuffer
        let contentType: String
        let eTag: String
    }

    private let files: [String: File]

    /// Reads every file below `directory`; names that begin with a dot are left out.
    ///
    /// - Throws: ``ConsoleServerError/files(directory:reason:)``.
    init(directory: String, limits: ConsoleLimits) throws(ConsoleServerError) {
        let root = URL(fileURLWithPath: directory, isDirectory: true).resolvingSymlinksInPath()
        var files: [String: File] = [:]
        for (path, url) in try Self.paths(below: root, directory: directory, limits: limits) {
            guard let data = try? Data(contentsOf: url) else {
                throw .files(directory: directory, reason: "'\(path)' cannot be read; check its permissions")
            }
            guard data.count <= limits.fileBytesMax else {
                throw .files(directory: directory, reason: "'\(path)' has more than \(limits.fileBytesMax) bytes")
            }
            let bytes = [UInt8](data)
            guard let digest = try? SHA256.hexadecimal(bytes) else {
                throw .files(directory: directory, reason: "no memory for the digest of '\(path)'")
            }
            files["/" + path] = File(
                body: ByteBuffer(bytes: bytes), contentType: Self.contentType(of: url.pathExtension),
                eTag: "\"\(digest.prefix(32))\"")
        }
        guard let index = files["/index.html"] else {
            throw .files(
                directory: directory,
                reason: "no index.html; name the directory of the web console's files in the configuration")
        }
        files["/"] = index
        self.files = files
    }

    /// The file a request names.
    ///
    /// Browsers keep it but ask each time whether it is still the same, which costs one small answer: after an
    /// update no console shows yesterday's page.
    ///
    /// - Throws: `not_found`, `wrong_method`.
    func response(to request: Request) throws(Problem) -> Response {
        guard let file = files[request.uri.path] else { throw .notFound }
        guard request.method == .get || request.method == .head else { throw .wrongMethod(allow: "GET, HEAD") }
        var headers: HTTPFields = [.eTag: file.eTag, .cacheControl: "no-cache"]
        let known = request.headers[.ifNoneMatch]?.split(separator: ",") ?? []
        if known.contains(where: { Self.names($0, file.eTag) }) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = file.contentType
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: file.body))
    }

    /// Whether an If-None-Match entry, perhaps weakened by a proxy, names this tag.
    private static func names(_ entry: Substring, _ eTag: String) -> Bool {
        let tag = entry.drop { $0 == " " }
        return (tag.hasPrefix("W/") ? tag.dropFirst(2) : tag) == eTag
    }

    private static func paths(
        below root: URL, directory: String, limits: ConsoleLimits
    ) throws(ConsoleServerError) -> [(path: String, url: URL)] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: root.path, isDirectory: &isDirectory), isDirectory.boolValue,
            let walker = FileManager.default.enumerator(atPath: root.path)
        else { throw .files(directory: directory, reason: "it does not exist or is no directory") }
        var paths: [(String, URL)] = []
        for case let path as String in walker {
            if path.split(separator: "/").contains(where: { $0.hasPrefix(".") }) { continue }
            let url = root.appendingPathComponent(path)
            guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory),
                !isDirectory.boolValue
            else { continue }
            guard paths.count < limits.filesMax else {
                throw .files(directory: directory, reason: "it has more than \(limits.filesMax) files")
            }
            paths.append((path, url))
        }
        return paths
    }

    private static func contentType(of fileExtension: String) -> String {
        switch fileExtension.lowercased() {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js", "mjs": "text/javascript; charset=utf-8"
        case "json", "map": "application/json"
        case "webmanifest": "application/manifest+json"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "ico": "image/x-icon"
        case "webp": "image/webp"
        case "woff2": "font/woff2"
        case "mp3": "audio/mpeg"
        case "ogg": "audio/ogg"
        case "wav": "audio/wav"
        case "txt": "text/plain; charset=utf-8"
        default: "application/octet-stream"
        }
    }
}
