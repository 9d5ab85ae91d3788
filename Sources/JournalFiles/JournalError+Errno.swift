// The kernel's refusals in the journal's words.

internal import Glibc
internal import Journal
internal import LinuxIO

extension JournalError {
    /// - Parameters:
    ///   - operation: what was tried, in words that continue "could not".
    init(_ error: Errno, _ operation: String, file: String, offset: Int? = nil) {
        let code: Code =
            switch error.code {
            case EACCES, EPERM, EROFS: .permission
            case ENOSPC, EDQUOT: .noSpace
            default: .inputOutput
            }
        self.init(code, file: file, offset: offset, reason: "could not \(operation): \(error)")
    }
}

/// Runs calls of the file layer and gives their refusals the place and the words.
@inline(__always)
func journaling<Result: ~Copyable>(
    _ operation: @autoclosure () -> String, file: @autoclosure () -> String, offset: Int? = nil,
    _ call: () throws(Errno) -> Result
) throws(JournalError) -> Result {
    do throws(Errno) {
        return try call()
    } catch {
        throw JournalError(error, operation(), file: file(), offset: offset)
    }
}
