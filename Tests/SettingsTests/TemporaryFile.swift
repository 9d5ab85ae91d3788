// Files that live as long as one test.

import Foundation
import Settings

/// A directory that is gone at the end of `body`.
func withDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let path = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
}

/// The problems of a configuration, each as `line:column: key: text`.
func problems(inConfiguration text: String) throws -> [String] {
    try problems(in: text) { _ = try Settings.load(path: $0) }
}

/// The problems of a registry, each as `line:column: key: text`.
func problems(inRegistry text: String) throws -> [String] {
    try problems(in: text) { _ = try Registry.load(path: $0) }
}

private func problems(in text: String, _ load: (String) throws -> Void) throws -> [String] {
    try withDirectory { directory in
        let path = "\(directory)/file.yaml"
        try Data(text.utf8).write(to: URL(filePath: path))
        do {
            try load(path)
            return []
        } catch let error as SettingsError {
            return error.problems.map { $0.description.replacing("\(path):", with: "") }
        }
    }
}

/// The repository's own directory.
let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
