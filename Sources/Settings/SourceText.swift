// From a path to a tree of YAML nodes: the only place here that reads files and knows the YAML library's errors.

internal import Foundation
internal import Yams

/// A file's text.
struct SourceText {
    /// The file as it was named.
    let file: String
    let text: String

    /// 100,000 units take about 15 MB.
    static let bytesMax = 64 << 20

    /// - Throws: ``SettingsError`` when the file cannot be read, is too large or is not UTF-8.
    static func read(_ path: String) throws(SettingsError) -> SourceText {
        let data: Data
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            guard attributes[.type] as? FileAttributeType != .typeDirectory else {
                throw SettingsError(file: path, "is a directory, not a file")
            }
            if let size = attributes[.size] as? Int, size > bytesMax {
                throw SettingsError(file: path, "has \(size) bytes; allowed: at most \(bytesMax)")
            }
            data = try Data(contentsOf: URL(filePath: path))
        } catch let error as SettingsError {
            throw error
        } catch {
            throw SettingsError(file: path, "cannot be read: \(reason(error))")
        }
        guard var text = String(validating: data, as: UTF8.self) else {
            throw SettingsError(file: path, "is not UTF-8 text")
        }
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        return SourceText(file: path, text: text)
    }

    /// The kernel's words for a failed file operation.
    static func reason(_ error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        let posix = underlying.flatMap {
            $0.domain == NSPOSIXErrorDomain ? POSIXErrorCode(rawValue: Int32($0.code)) : nil
        }
        switch (error as? CocoaError)?.code {
        case .fileNoSuchFile?, .fileReadNoSuchFile?: return "no such file"
        case .fileReadNoPermission?, .fileWriteNoPermission?: return "permission denied"
        case .fileWriteVolumeReadOnly?: return "the file system is read-only"
        case .fileWriteOutOfSpace?: return "no space left on the disk"
        default: return posix.map { String(cString: strerror($0.rawValue)) } ?? error.localizedDescription
        }
    }

    /// Composes the text into nodes; scalars stay text, no implicit types.
    ///
    /// - Throws: ``SettingsError`` with the place of the first syntax error or doubled key.
    func compose() throws(SettingsError) -> Node {
        do {
            guard let root = try Yams.compose(yaml: text, .basic) else {
                throw SettingsError(file: file, "is empty")
            }
            return root
        } catch let error as SettingsError {
            throw error
        } catch let error as YamlError {
            throw refusal(error)
        } catch {
            throw SettingsError(file: file, "\(error)")
        }
    }

    private func refusal(_ error: YamlError) -> SettingsError {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let words = [context?.text, problem].compactMap { $0 }.joined(separator: ", ")
            return refusal(at: SourcePlace(mark), "is not YAML here: \(words)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
            return refusal(
                at: SourcePlace(context.mark), "\(names): stands more than once in this section; keep one")
        case .reader(let problem, let offset, _, _):
            return refusal(at: place(atCharacter: offset ?? 0), "is not YAML here: \(problem)")
        default:
            return SettingsError(file: file, "is not YAML: \(error)")
        }
    }

    private func refusal(at place: SourcePlace, _ text: String) -> SettingsError {
        SettingsError([SettingsProblem(file: file, place: place, key: "", text: text)])
    }

    private func place(atCharacter offset: Int) -> SourcePlace {
        let before = text.prefix(offset)
        let lineStart = before.lastIndex(where: \.isNewline).map { before.index(after: $0) } ?? before.startIndex
        return SourcePlace(
            line: before.count(where: \.isNewline) + 1,
            column: before[lineStart...].unicodeScalars.count + 1)
    }
}

extension SourcePlace {
    /// A mark of the YAML library, which counts from 1 as well.
    init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}

extension Node {
    /// Where the node begins.
    var place: SourcePlace { mark.map(SourcePlace.init) ?? SourcePlace(line: 1, column: 1) }
}
