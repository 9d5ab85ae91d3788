// Where a password comes from: never the command line, never the environment.

import ArgumentParser
import Credentials
import Foundation

/// Reads new passwords.
enum Password {
    /// Half as many again as the 8 of NIST SP 800-63B: consoles are reachable from many desks.
    static let charactersMin = 12

    /// The first line of standard input.
    ///
    /// - Throws: an exit code, after saying what is wrong; the password itself is never shown.
    static func read(fromStandardInput isAllowed: Bool) throws -> String {
        guard isAllowed else {
            throw ValidationError("Give the password on standard input and say --password-stdin.")
        }
        guard let password = readLine(strippingNewline: true) else {
            throw failure(.dataError, "standard input has no password")
        }
        guard password.count >= charactersMin, password.utf8.count <= PasswordHash.passwordBytesMax else {
            throw failure(
                .dataError,
                "the password is too short or too long; allowed: at least \(charactersMin) characters, at most "
                    + "\(PasswordHash.passwordBytesMax) bytes")
        }
        return password
    }
}
