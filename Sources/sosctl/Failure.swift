// How the tool ends when it cannot do what it was asked: one clear text on standard error, a code of sysexits.h.

import ArgumentParser
import Credentials
import Foundation
import History
import Settings

/// Exit codes of `sysexits.h` that this tool uses; 64 (usage) comes from the argument parser.
enum ExitStatus: Int32 {
    /// A journal's last batch does not read and no daemon is writing: not of sysexits.h.
    case tornTail = 1
    /// What was given is wrong, such as a password that is too short.
    case dataError = 65
    /// What was to be read is not there.
    case noInput = 66
    /// There is no such account.
    case noUser = 67
    /// The crypto library failed.
    case software = 70
    /// What was to be written cannot be made.
    case cannotCreate = 73
    /// The disk refused or a file is damaged.
    case inputOutput = 74
    /// Another process holds the file; try again.
    case temporary = 75
    /// Written by a newer version.
    case protocolError = 76
    /// No right to a file.
    case noPermission = 77
    /// The configuration or the registry is wrong.
    case configuration = 78
}

/// Writes `text` to standard error and gives the error that ends the process with `status`.
func failure(_ status: ExitStatus, _ text: String) -> ExitCode {
    FileHandle.standardError.write(Data("\(text)\n".utf8))
    return ExitCode(status.rawValue)
}

/// What ends the process when a part of the gateway failed.
func failure(_ error: any Error) -> any Error {
    switch error {
    case let error as SettingsError: failure(.configuration, error.description)
    case let error as HistoryError: failure(status(error.reason), error.description)
    case let error as CredentialsError: failure(.software, error.description)
    case RegistryImportError.refused(let refusal): failure(.dataError, refusal.description)
    case RegistryImportError.failed(let error): failure(status(error.reason), error.description)
    default: error
    }
}

private func status(_ reason: HistoryError.Reason) -> ExitStatus {
    switch reason {
    case .permission: .noPermission
    case .busy: .temporary
    case .cannotOpen, .damaged, .newerSchema, .diskFull, .inputOutput, .cancelled, .failed: .inputOutput
    }
}
