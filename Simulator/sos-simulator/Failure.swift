// How the program ends when it cannot do what it was asked; codes of sysexits.h. 64 (usage) is the argument parser's.

import ArgumentParser

/// Exit codes.
enum ExitStatus: Int32 {
    /// Something was lost.
    case lost = 1
    /// A file cannot be read or is wrong.
    case noInput = 66
    /// Gateway or console cannot be reached.
    case unavailable = 69
    /// The kernel gave no descriptor or thread.
    case system = 71
    /// The officer's sign-in was refused.
    case noPermission = 77
}

/// The error that ends the process with `status`, once its reason was written.
func failure(_ status: ExitStatus, _ reason: String, _ terminal: Terminal) -> ExitCode {
    terminal.note(reason)
    return ExitCode(status.rawValue)
}
