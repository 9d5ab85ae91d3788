// What reading the configuration alone cannot know: the registry, and the files it names.

internal import AlertModel
internal import Foundation

extension Settings {
    /// Checks the configuration against its registry.
    ///
    /// - Throws: ``SettingsError`` when the default centre is not in the registry.
    public func check(_ registry: Registry) throws(SettingsError) {
        if registry.centres.contains(where: { $0.id == defaultCentre }) { return }
        let known = registry.centres.prefix(20).map(\.id.description).joined(separator: ", ")
        let hint = registry.centres.isEmpty ? "it has no centre yet: sosctl registry import" : "allowed: \(known)"
        throw SettingsError([
            problem("default_centre", "\"\(defaultCentre)\" is not in \(registryName); \(hint)")
        ])
    }

    /// Checks that the named files are there and that private keys are private.
    ///
    /// - Throws: ``SettingsError`` with everything that is wrong.
    public func checkFiles() throws(SettingsError) {
        let files = [("console.certificate", console.certificateFile), ("console.key", console.keyFile)]
        var problems = unitFileProblems + files.compactMap { key, file in fileProblem(key, file) }
        var isDirectory: ObjCBool = false
        if !FileManager.default.fileExists(atPath: console.filesDirectory, isDirectory: &isDirectory)
            || !isDirectory.boolValue
        {
            problems.append(problem("console.files", "\(console.filesDirectory) is not a directory"))
        }
        if !problems.isEmpty { throw SettingsError(problems) }
    }

    /// As ``checkFiles()``, of the units' side alone.
    ///
    /// - Throws: ``SettingsError`` with everything that is wrong.
    public func checkUnitFiles() throws(SettingsError) {
        let problems = unitFileProblems
        if !problems.isEmpty { throw SettingsError(problems) }
    }

    private var unitFileProblems: [SettingsProblem] {
        let files =
            [
                ("units.certificate", units.certificateFile), ("units.key", units.keyFile),
                ("units.client_ca", units.clientCAFile),
            ]
        return files.compactMap { key, file in fileProblem(key, file) }
    }

    /// Makes the state directory, for its owner only, when it is not there yet.
    ///
    /// - Throws: ``SettingsError`` when it cannot be made or written.
    public func makeStateDirectory() throws(SettingsError) {
        do {
            try FileManager.default.createDirectory(
                atPath: stateDirectory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw SettingsError([
                problem("state_directory", "\(stateDirectory) cannot be made: \(SourceText.reason(error))")
            ])
        }
        guard FileManager.default.isWritableFile(atPath: stateDirectory) else {
            throw SettingsError([problem("state_directory", "\(stateDirectory) cannot be written by this user")])
        }
    }

    private func fileProblem(_ key: String, _ file: String) -> SettingsProblem? {
        let attributes: [FileAttributeKey: Any]
        do {
            // The file a link points to counts, not the link.
            let target = URL(filePath: file).resolvingSymlinksInPath().path
            attributes = try FileManager.default.attributesOfItem(atPath: target)
        } catch {
            return problem(key, "\(file) cannot be read: \(SourceText.reason(error))")
        }
        guard attributes[.type] as? FileAttributeType == .typeRegular else {
            return problem(key, "\(file) is not a file")
        }
        guard FileManager.default.isReadableFile(atPath: file) else {
            return problem(key, "\(file) cannot be read by this user")
        }
        let permissions = attributes[.posixPermissions] as? Int ?? 0
        if key.hasSuffix(".key"), permissions & 0o027 != 0 {
            let shown = String(permissions & 0o777, radix: 8)
            return problem(
                key, "\(file) is a private key with permissions 0\(shown); allowed: 0600, or 0640 for a group")
        }
        return nil
    }

    private func problem(_ key: String, _ text: String) -> SettingsProblem {
        SettingsProblem(
            file: source.file.isEmpty ? "configuration" : source.file, place: source.places[key], key: key,
            text: text)
    }
}
